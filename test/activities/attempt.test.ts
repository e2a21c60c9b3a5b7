/** Which ends of an attempt end its call: by a real server, with a heartbeat time-out of a second and an event loop that stands. */
import { heartbeat } from '@temporalio/activity';
import { Worker } from '@temporalio/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { attemptSignals } from '../../activities/attempt.ts';
import { noTemporal, startTestServer } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';

/** What each attempt met, and whether it was begun. */
interface Seen {
  begun: number;
  readonly ends: ('ended' | 'gone')[];
}

/** An activity that beats, and notes how the server ends its attempts. With `freezes` its first attempt stands still for so long. */
function beating(seen: Seen, freezeMs: number): () => Promise<void> {
  return async () => {
    const { ended, gone } = attemptSignals();
    seen.begun += 1;
    const beats = setInterval(() => heartbeat(), 100);
    // As SIGSTOP does: neither timers nor sockets are served, while the server's clock goes on.
    if (seen.begun === 1 && freezeMs > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, freezeMs);
    try {
      const end = AbortSignal.any([ended, gone]);
      await sleep(20_000, undefined, { signal: end }).catch(() => undefined);
      if (end.aborted) seen.ends.push(ended.aborted ? 'ended' : 'gone');
      end.throwIfAborted();
    } finally {
      clearInterval(beats);
    }
  };
}

describe.skipIf(noTemporal !== undefined)('an attempt', () => {
  test.each([
    ['that the server heard nothing of for too long has gone, and its call has not ended', 4000, 'gone'],
    ['that is cancelled ends its call', 0, 'ended'],
  ] as const)(
    '%s',
    async (_, freezeMs, end) => {
      const server = await startTestServer();
      onTestFinished(() => server.close());
      const seen: Seen = { begun: 0, ends: [] };
      const worker = await Worker.create({
        connection: server.native,
        taskQueue: 'attempts',
        activities: { beating: beating(seen, freezeMs) },
        maxHeartbeatThrottleInterval: '200ms',
        defaultHeartbeatThrottleInterval: '200ms',
      });
      await worker.runUntil(async () => {
        const handle = await server.client.activity.start('beating', {
          id: 'attempt',
          taskQueue: 'attempts',
          args: [],
          startToCloseTimeout: '1m',
          heartbeatTimeout: '1s',
        });
        await until(() => seen.begun > 0, 20_000);
        if (freezeMs === 0) await handle.cancel('by hand');
        await until(() => seen.ends.length > 0, 20_000);
        expect(seen.ends[0]).toBe(end);
        if (freezeMs > 0) await handle.cancel('the test is over');
      });
    },
    60_000,
  );
});
