import { describe, expect, test } from 'vitest';
import type { GeminiReply } from '../helpers/gemini-reply.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { onlyRecord, outcomesOf } from './outcomes.ts';
import { pidsOf, signalAll, warm } from './processes.ts';
import { distinct, duplicates, extra, inHand } from './requests.ts';
import { createRig } from './rig.ts';
import { strike } from './strike.ts';
import { undisturbed } from './undisturbed.ts';
import { neededCalls } from './wounded.ts';

/** Two heartbeats, ms: what a call has told by then survives its worker. */
const HEARTBEATS_MS = 2000;

describe.skipIf(noTemporal !== undefined)('a model call', () => {
  test.each([
    ['call:kept', 0],
    ['call:replied', 1],
  ] as const)('kill -9 at %s costs %i further requests for it', async (point, cost) => {
    const rig = await createRig({ modules: 1 });
    rig.points.arm(point);
    await rig.begin();
    const record = await rig.watch();
    expect(rig.points.deaths().map((death) => death.point)).toEqual([point]);
    expect(record.counts).toEqual({ FIXED: 1 });
    expect({ needed: distinct(rig.server).size, extra: extra(rig.server) }).toEqual({ needed: 3, extra: cost });
    await rig.end();
  });

  test('goes on soon after kill -9 of a worker that has a warm spare', async () => {
    const rig = await createRig({ modules: 16, latency: () => 1500 });
    await rig.begin();
    await warm(rig);
    await until(() => rig.server.inFlight >= 4);
    const asked = await strike(rig, pidsOf(rig, 'worker'));
    const at = Date.now();
    const before = rig.server.requests.length;
    await until(() => rig.server.requests.length > before, 60_000);
    const took = Date.now() - at;
    console.log(`first call ${took} ms after the kill, ${asked} were out`);
    // How fast is for a benchmark; that it is no heartbeat time-out is what counts.
    expect(took).toBeLessThan(10_000);
    await rig.watch();
    expect(extra(rig.server)).toBeLessThanOrEqual(asked);
    await rig.end();
  });

  test('kill -9 in the back-off of a call leaves it the rest of its tries, not all of them anew', async () => {
    const down: GeminiReply = { status: 503, body: { error: { code: 503, message: 'down', status: 'UNAVAILABLE' } } };
    // Half of 1, 2, 4 … 32 s: the fourth wait is long enough for a heartbeat to tell of it.
    const env = { BATCH_MANAGER_WAIT_SCALE: '0.5' };
    const rig = await createRig({ modules: 1, script: () => down, env });
    await rig.begin();
    await warm(rig);
    await until(() => rig.server.requests.length === 4, 60_000);
    await until(() => Date.now() - (rig.server.requests[3]?.endedAt ?? Date.now()) > HEARTBEATS_MS);
    await strike(rig, pidsOf(rig, 'worker'));
    const { modules } = await rig.watch();
    expect(Object.values(modules)).toMatchObject([{ outcome: 'ERROR', failure: 'ProviderDown' }]);
    // Seven in all; a kill that cuts a wait short makes none of them anew.
    expect(rig.server.requests).toHaveLength(7);
    await rig.end();
  });

  test('SIGTERM of the worker with calls in flight loses none and leaves no temp file', async () => {
    const expected = await undisturbed(16);
    const rig = await createRig({ modules: 16, latency: () => 1000 });
    await rig.begin();
    await warm(rig);
    await until(() => rig.server.inFlight >= 4);
    const at = Date.now();
    const inFlight = inHand(rig.server, at);
    const [worker] = signalAll(rig, 'SIGTERM', 'worker');
    const record = await rig.watch();
    expect(pidsOf(rig, 'worker', 'spare')).not.toContain(worker);
    expect(outcomesOf(record)).toEqual(expected.outcomes);
    // The grace time lets calls in hand end, and what has come is kept.
    expect({ inFlight, repeated: duplicates(rig.server) }).toEqual({ inFlight, repeated: {} });
    expect(rig.server.aborted).toEqual([]);
    expect(rig.server.requests).toHaveLength(neededCalls(16));
    expect(onlyRecord(rig.folder).status).toBe('completed');
    await rig.end();
  });
});
