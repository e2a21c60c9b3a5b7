import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { connectClient } from '../../src/client/connection.ts';
import { dailyQuota, rateLimited } from '../helpers/gemini-reply.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { onlyRecord } from './outcomes.ts';
import { killAll, signalAll } from './processes.ts';
import { createRig, type Rig, type RigOptions } from './rig.ts';
import { serverAddress } from './task-ids.ts';

/** How long a stop may take from the start of its command, ms. */
const STOP_MS = 4000;

/** A batch with eight calls in flight. No spare: it would take over within a blink. */
async function inFlight(options: Partial<RigOptions> = {}): Promise<{ rig: Rig; id: string }> {
  const settings = 'engine: { spare: false }\n';
  const rig = await createRig({ modules: 20, latency: () => 60_000, settings, ...options });
  const id = await rig.begin();
  await until(() => rig.server.inFlight === 8, 60_000);
  return { rig, id };
}

/** Waits for the end; gives it with the number of requests that were made, also by a worker that came a moment later. */
async function endOf(rig: Rig): Promise<object> {
  await until(() => onlyRecord(rig.folder).ended_at !== null, 60_000);
  await sleep(1000);
  const { status, counts } = onlyRecord(rig.folder);
  await rig.end();
  return { status, counts, requests: rig.server.requests.length };
}

const stoppedAfter = (requests: number): object => ({ status: 'stopped', counts: { STOPPED: 20 }, requests });

/** Kills the worker while its supervisor stands still, so that none comes until `go`. */
async function withoutWorker(rig: Rig): Promise<{ readonly go: () => void }> {
  signalAll(rig, 'SIGSTOP', 'supervisor');
  killAll(rig, 'worker');
  await until(() => rig.server.inFlight === 0);
  return { go: () => void signalAll(rig, 'SIGCONT', 'supervisor') };
}

describe.skipIf(noTemporal !== undefined)('a stop', () => {
  test('by Temporal while the worker is dead: the new one starts no call', async () => {
    const { rig, id } = await inFlight();
    const { go } = await withoutWorker(rig);
    const { client, connection } = await connectClient({ address: serverAddress(rig.home) });
    await client.workflow.getHandle(id).cancel();
    await connection.close();
    go();
    expect(await endOf(rig)).toEqual(stoppedAfter(8));
  });

  test('by the command line while the worker is dead: the new one starts no call', async () => {
    const { rig, id } = await inFlight();
    const { go } = await withoutWorker(rig);
    const stop = rig.start('stop', id);
    await sleep(2000);
    go();
    expect(await stop.result).toMatchObject({ code: 0 });
    expect(await endOf(rig)).toEqual(stoppedAfter(8));
  });

  test('whose worker is killed right after it closed the gate: the new one starts no call', async () => {
    const { rig, id } = await inFlight();
    rig.points.arm('gate:closed');
    expect(await rig.run('stop', id)).toMatchObject({ code: 0 });
    expect(rig.points.deaths()).toHaveLength(1);
    expect(await endOf(rig)).toEqual(stoppedAfter(8));
  });

  test.each([
    ['waits for a rate limit', rateLimited('60s'), 'running'],
    ['waits for a quota', dailyQuota(), 'waiting'],
  ] as const)('of a batch that %s takes effect at once; a second one changes nothing', async (_, answer, status) => {
    const rig = await createRig({ modules: 20, script: () => answer });
    const id = await rig.begin();
    // Those that were on their way are refused; then the gate is closed for all.
    await until(() => rig.server.requests.length > 0, 60_000);
    await sleep(1000);
    await until(() => onlyRecord(rig.folder).status === status, 60_000);
    const requests = rig.server.requests.length;
    expect(requests).toBeLessThanOrEqual(8);
    const at = Date.now();
    const stops = await Promise.all([rig.run('stop', id), rig.run('stop', id)]);
    const took = Date.parse(onlyRecord(rig.folder).stopped_at ?? '') - at;
    console.log(`stopped ${took} ms after the command`);
    expect(stops).toMatchObject([{ code: 0 }, { code: 0 }]);
    expect(took).toBeLessThan(STOP_MS);
    expect(await rig.run('stop', id)).toMatchObject({ code: 0, stderr: expect.stringContaining('No change') });
    expect(await endOf(rig)).toEqual(stoppedAfter(requests));
  });
});
