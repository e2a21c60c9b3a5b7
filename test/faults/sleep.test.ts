import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { noTemporal } from '../helpers/temporal.ts';
import { keptReplies } from '../helpers/kept-replies.ts';
import { until } from '../helpers/until.ts';
import { moduleStates } from './module-states.ts';
import { outcomesOf } from './outcomes.ts';
import { pidsOf, signalAll, warm } from './processes.ts';
import { distinct, duplicates, extra } from './requests.ts';
import { createRig, type Rig } from './rig.ts';
import { strike } from './strike.ts';
import { undisturbed } from './undisturbed.ts';

const MODULES = 16;

/** Longer than the heartbeat time-out of 30 s. */
const ASLEEP_MS = 40_000;

/** The same as an undisturbed run; gives the requests made beyond the needed ones. */
async function expectSame(rig: Rig): Promise<number> {
  const expected = await undisturbed(MODULES);
  const record = await rig.watch();
  expect(outcomesOf(record)).toEqual(expected.outcomes);
  expect(Object.fromEntries(moduleStates(rig.folder))).toEqual(expected.files);
  expect(distinct(rig.server)).toEqual(expected.prompts);
  return extra(rig.server);
}

describe.skipIf(noTemporal !== undefined)('time passes', () => {
  test.each([
    ['worker, server and supervisor', ['worker', 'spare', 'server', 'supervisor']],
    ['the worker alone', ['worker', 'spare']],
  ] as const)(
    'a sleep of %s for longer than the heartbeat time-out costs at most the calls in flight',
    async (_, roles) => {
      const rig = await createRig({ modules: MODULES, latency: () => 1000 });
      await rig.begin();
      await warm(rig);
      await until(() => rig.server.inFlight >= 4);
      signalAll(rig, 'SIGSTOP', ...roles);
      await sleep(ASLEEP_MS);
      // Not those that the model had at the signal: one may just have been on its way to it.
      const inFlight = rig.server.requests.length - keptReplies(rig.folder);
      signalAll(rig, 'SIGCONT', ...roles);
      const repeated = await expectSame(rig);
      console.log(`asleep: ${JSON.stringify({ inFlight, repeated, which: duplicates(rig.server) })}`);
      expect(repeated).toBeLessThanOrEqual(inFlight);
      await rig.end();
    },
  );

  test('everything dead for longer than every deadline: the same outcomes, and no TIMEOUT', async () => {
    const settings = 'call-timeout: 10s\nmodule-timeout: 15s\n';
    const rig = await createRig({ modules: MODULES, latency: () => 800, settings });
    await rig.begin();
    await until(() => rig.server.requests.length >= 12, 60_000);
    const inFlight = await strike(rig, pidsOf(rig, 'worker', 'spare', 'server', 'supervisor'));
    await sleep(ASLEEP_MS);
    await rig.run('up');
    const repeated = await expectSame(rig);
    console.log(`dead for ${ASLEEP_MS / 1000} s: ${JSON.stringify({ inFlight, repeated })}`);
    expect(repeated).toBeLessThanOrEqual(inFlight);
    await rig.end();
  });
});
