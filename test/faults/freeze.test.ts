/** A worker that is frozen for longer than the heartbeat time-out, and a server that hangs while a stop is wanted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { thinkingScript } from '../helpers/thinking-server.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { recordOf } from '../helpers/record.ts';
import { until } from '../helpers/until.ts';
import { signalAll, warm } from './processes.ts';
import { extra } from './requests.ts';
import { createRig } from './rig.ts';

/** Longer than the heartbeat time-out of 30 s. */
const FROZEN_MS = 35_000;
const HUNG_MS = 45_000;

describe.skipIf(noTemporal !== undefined)('frozen', () => {
  test.each([1, 2, 3, 4, 5])(
    'a worker that is frozen with calls in flight pays for none of them twice (trial %i)',
    async (trial) => {
      // Half of the calls are answered while it is frozen, and half after it.
      let isFrozen = false;
      const think = thinkingScript((_, n) => (isFrozen || n > 8 ? 500 : n % 2 === 0 ? 4000 : 42_000));
      const rig = await createRig({ modules: 12, script: think });
      const id = await rig.begin('--concurrency', '8');
      await warm(rig);
      await until(() => rig.server.inFlight === 8, 30_000);
      await sleep(1000 + trial * 200);
      isFrozen = true;
      signalAll(rig, 'SIGSTOP', 'worker');
      await sleep(FROZEN_MS);
      signalAll(rig, 'SIGCONT', 'worker');
      await rig.watch();
      expect(extra(rig.server)).toBe(0);
      expect(rig.server.aborted).toEqual([]);
      const { stdout } = await rig.run('logs', id);
      expect(stdout).not.toMatch(/ stopped$/m);
      await rig.end();
    },
    180_000,
  );

  test('a stop while the server hangs: no call starts after it, those in flight are aborted, and it is delivered', async () => {
    const rig = await createRig({ modules: 40, latency: () => 1500 });
    const id = await rig.begin('--concurrency', '8');
    await until(() => rig.server.requests.length >= 12, 60_000);
    signalAll(rig, 'SIGSTOP', 'server');
    await sleep(500);
    const stop = rig.start('stop', id);
    const asked = Date.now();
    await sleep(HUNG_MS);
    // The command's own start, until it has written the hold.
    const late = rig.server.requests.filter(({ startedAt }) => startedAt > asked + 3000);
    expect(late).toEqual([]);
    expect(rig.server.inFlight).toBe(0);
    signalAll(rig, 'SIGCONT', 'server');
    const { code, stderr } = await stop.result;
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('The engine does not answer') });
    expect(recordOf(rig.folder, id)?.status).toBe('stopped');
    expect(rig.server.requests.filter(({ startedAt }) => startedAt > asked + 3000)).toEqual([]);
    await rig.end();
  }, 180_000);

  test('a stop whose command is killed while the server hangs is delivered by the worker', async () => {
    const rig = await createRig({ modules: 40, latency: () => 1500 });
    const id = await rig.begin('--concurrency', '8');
    await until(() => rig.server.requests.length >= 12, 60_000);
    signalAll(rig, 'SIGSTOP', 'server');
    await sleep(500);
    const stop = rig.start('stop', id);
    await sleep(4000);
    process.kill(stop.pid, 'SIGKILL');
    await stop.result;
    const asked = rig.server.requests.length;
    await sleep(20_000);
    signalAll(rig, 'SIGCONT', 'server');
    await until(() => recordOf(rig.folder, id)?.status === 'stopped', 60_000);
    expect(rig.server.requests).toHaveLength(asked);
    await rig.end();
  }, 180_000);
});
