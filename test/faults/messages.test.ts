import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../src/domain/random.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { onlyRecord } from './outcomes.ts';
import { ROUNDS, SEED } from './random.ts';
import { createRig } from './rig.ts';
import { batchOf } from './batch-of.ts';

/** More than the 400 starts after which a batch continues as new. */
const MODULES = 430;

/** Messages of each round of a storm. */
const STORM = 6;

describe.skipIf(noTemporal !== undefined)('storms of messages', () => {
  test(`stop and retry of modules while the batch continues as new: none is lost (FAULT_SEED=${SEED})`, async () => {
    const random = randomFrom(SEED);
    const rig = await createRig({ modules: MODULES, latency: () => 20, wound: () => 'none' });
    const id = await rig.begin('--concurrency', '16');
    const batch = await batchOf(rig, id);
    const answers: string[] = [];
    const send = async (): Promise<void> => {
      const verb = random() < 0.5 ? 'stopModule' : 'retryModule';
      const number = String(1 + Math.floor(random() * MODULES));
      answers.push(await batch.send(verb, number));
    };
    // From before the end of the first run until after it.
    await until(async () => (await batch.started()) >= 340, 180_000);
    while (!(await batch.ended()) && (await batch.runs()) === 1) {
      await Promise.all(Array.from({ length: STORM }, send));
      await sleep(100);
    }
    for (let round = 0; round < ROUNDS && !(await batch.ended()); round += 1) {
      await Promise.all(Array.from({ length: STORM }, send));
    }
    const record = await rig.watch();
    const runs = await batch.runs();
    await batch.close();
    const lost = answers.filter((answer) => answer.startsWith('lost'));
    console.log(
      `${answers.length} messages, ${lost.length} lost to the end, ${runs} runs, ${JSON.stringify(record.counts)}`,
    );
    expect(runs).toBeGreaterThan(1);
    expect(record.status).toBe('completed');
    const ends = Object.values(record.modules).map(({ outcome }) => outcome);
    expect(ends).toHaveLength(MODULES);
    const sound = ['PASS_ON_REVIEW', 'ALREADY_PASS', 'STOPPED'];
    expect(ends.filter((end) => !sound.includes(end ?? ''))).toEqual([]);
    expect(rig.server.maxInFlight).toBeLessThanOrEqual(16);
    await rig.end();
  });

  test('many stops of one task from many shells are one stop', async () => {
    const rig = await createRig({ modules: 30, latency: () => 60_000 });
    const id = await rig.begin();
    await until(() => rig.server.inFlight === 8, 60_000);
    const stops = await Promise.all(Array.from({ length: 5 }, () => rig.run('stop', id)));
    expect(stops.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0]);
    expect(onlyRecord(rig.folder)).toMatchObject({ status: 'stopped', counts: { STOPPED: 30 } });
    expect(rig.server.requests).toHaveLength(8);
    await rig.end();
  });
});
