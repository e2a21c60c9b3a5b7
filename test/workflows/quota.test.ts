/**
 * A quota that resets in nine hours, with its real length: once on the dev server, which cannot skip time, by the timer that
 * the batch sets; and once to its end on Temporal's test server, which can.
 */
import { Worker } from '@temporalio/worker';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TaskClient } from '../../src/client/task-client.ts';
import { workspaceQueue } from '../../src/domain/ids.ts';
import { bundlePath } from '../../src/worker/bundle.ts';
import { batchInput, scriptedActivities, type Script } from '../helpers/scripted-activities.ts';
import { noSkipping, startSkippingServer } from '../helpers/skipping-server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { noTemporal, startTestServer, type TestServer } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import type { CallResult } from '../../workflows/step-contract.ts';

const HOUR = 3_600_000;
const MODULES = 6;
const WINDOW = 4;
const PROBES = 3;

/** Until when the quota is gone, and how long that is, as a worker tells it. */
type Gone = Pick<Extract<CallResult, { kind: 'wait' }>, 'until' | 'ms'>;

/** Runs a batch whose calls are all told, the first time, to wait until the quota is there again. */
async function withQuota(
  server: Pick<TestServer, 'client' | 'native'>,
  gone: Gone,
  run: (script: Script, client: TaskClient, taskId: string) => Promise<void>,
): Promise<void> {
  const { script, activities } = scriptedActivities(MODULES, tempFolder());
  const told = new Set<string>();
  script.answer = ({ module }) => {
    if (told.has(module.slug)) return undefined;
    told.add(module.slug);
    return { kind: 'wait', reason: 'quota', ...gone, detail: 'google/gemini-2.5-flash' };
  };
  const worker = await Worker.create({
    connection: server.native,
    taskQueue: workspaceQueue('testworkspac'),
    workflowBundle: { codePath: bundlePath() },
    activities,
    maxHeartbeatThrottleInterval: '1s',
  });
  const client = new TaskClient(server.client, () => Promise.resolve());
  const input = batchInput('fix-review-b1-1-6-20261124000900', MODULES, { concurrency: 2, prefetch: 4 });
  await worker.runUntil(async () => {
    await client.start(input);
    await run(script, client, input.taskId);
  });
}

/** A time or a length as a history has it, ms. */
const msOf = (time: { seconds?: unknown; nanos?: number | null } | null | undefined): number =>
  Number(time?.seconds ?? 0) * 1000 + (time?.nanos ?? 0) / 1e6;

/** The timers of more than an hour that a batch has set: when, and for how long. */
async function longTimersOf(
  server: Pick<TestServer, 'client'>,
  taskId: string,
): Promise<{ readonly at: number; readonly length: number }[]> {
  const { events } = await server.client.workflow.getHandle(taskId).fetchHistory();
  return (events ?? [])
    .map(({ eventTime, timerStartedEventAttributes: timer }) => {
      return { at: msOf(eventTime), length: msOf(timer?.startToFireTimeout) };
    })
    .filter(({ length }) => length > HOUR);
}

describe.skipIf(noTemporal !== undefined)(`a quota that resets in nine hours${noTemporal ?? ''}`, () => {
  test('is one timer of nine hours; no child is open meanwhile, nothing is asked again, and a stop ends it', async () => {
    const server = await startTestServer();
    onTestFinished(() => server.close());
    const resets = Date.now() + 9 * HOUR;
    await withQuota(server, { until: new Date(resets).toISOString(), ms: 9 * HOUR }, async (script, client, taskId) => {
      const waits = () => script.records.at(-1)?.status === 'waiting';
      await until(waits);
      expect(script.records.at(-1)?.wait).toBe('quota');
      expect(script.records.at(-1)?.reason).toBe(
        `waiting for quota until ${new Date(resets).toISOString()} (google/gemini-2.5-flash)`,
      );
      const { raw } = await server.client.workflow.getHandle(taskId).describe();
      expect(raw.pendingChildren ?? []).toEqual([]);
      expect(raw.pendingActivities ?? []).toEqual([]);
      // Each module that begins to wait sets the timer anew; all go to the moment at which the quota is back.
      const timers = await longTimersOf(server, taskId);
      expect(timers.length).toBeGreaterThan(0);
      expect(timers.length).toBeLessThanOrEqual(MODULES);
      for (const { at, length } of timers) expect(Math.abs(at + length - resets)).toBeLessThan(2000);
      expect(script.calls).toHaveLength(MODULES);
      await client.cancel(taskId);
      expect(await client.closed(taskId)).toEqual({ kind: 'stopped' });
      expect(script.records.at(-1)?.status).toBe('stopped');
    });
  });
});

describe.skipIf(noTemporal !== undefined)(`a provider that is down${noTemporal ?? ''}`, () => {
  test('one module asks for all that wait, those of the plan stay there, and all go on once it is answered', async () => {
    const server = await startTestServer();
    onTestFinished(() => server.close());
    const { script, activities } = scriptedActivities(12, tempFolder());
    const asked: string[] = [];
    script.answer = ({ module }) => {
      asked.push(module.slug);
      if (asked.length > WINDOW + PROBES) return undefined;
      const since = new Date(Date.now() - 1000).toISOString();
      const until = new Date(Date.now() + 5000).toISOString();
      return { kind: 'wait', reason: 'outage', until, ms: 5000, detail: 'google: ECONNREFUSED', since };
    };
    const worker = await Worker.create({
      connection: server.native,
      taskQueue: workspaceQueue('testworkspac'),
      workflowBundle: { codePath: bundlePath() },
      activities,
    });
    const client = new TaskClient(server.client, () => Promise.resolve());
    const input = batchInput('fix-review-b1-1-12-20261124000901', 12, { concurrency: 2, prefetch: WINDOW - 2 });
    await worker.runUntil(async () => {
      await client.start(input);
      expect(await client.closed(input.taskId)).toMatchObject({ kind: 'completed' });
    });
    expect(asked).toHaveLength(WINDOW + PROBES + 12);
    // The same one would wait for ever where only its own request fails.
    expect(new Set(asked.slice(WINDOW, WINDOW + PROBES)).size).toBe(PROBES);
    expect(script.records.map(({ wait }) => wait)).toContain('outage');
    expect(
      new Set(script.records.filter(({ wait }) => wait === 'outage').map(({ reason }) => reason)).size,
    ).toBeLessThan(3);
  }, 300_000);
});

describe.skipIf(noTemporal !== undefined)(`a worker's clock that is an hour off${noTemporal ?? ''}`, () => {
  test.each([
    ['ahead', { off: HOUR, ms: 9 * HOUR, waits: 9 * HOUR }],
    ['behind', { off: -HOUR, ms: HOUR / 2, waits: HOUR / 2 }],
  ])(
    '%s: the batch waits by its own',
    async (_, { off, ms, waits }) => {
      const server = await startTestServer();
      onTestFinished(() => server.close());
      const begun = Date.now();
      const gone = { until: new Date(begun + off + ms).toISOString(), ms };
      await withQuota(server, gone, async (script, client, taskId) => {
        await until(() => script.records.at(-1)?.status === 'waiting');
        const told = /until (\S+)/.exec(script.records.at(-1)?.reason ?? '')?.[1] ?? '';
        expect(Date.parse(told)).toBeGreaterThanOrEqual(begun + waits);
        expect(Date.parse(told)).toBeLessThanOrEqual(Date.now() + waits);
        await client.cancel(taskId);
        expect(await client.closed(taskId)).toEqual({ kind: 'stopped' });
      });
    },
    300_000,
  );
});

describe.skipIf(noSkipping !== undefined)(
  `time is skipped${noSkipping === undefined ? '' : ` (skipped: ${noSkipping})`}`,
  () => {
    test('a quota that resets in nine hours: the batch sleeps through them, and then completes', async () => {
      const server = await startSkippingServer();
      onTestFinished(() => server.close());
      const begun = await server.now();
      await withQuota(server, { until: new Date(begun + 9 * HOUR).toISOString() }, async (script, client, taskId) => {
        expect(await client.closed(taskId)).toEqual({
          kind: 'completed',
          result: { counts: { PASS_ON_REVIEW: MODULES }, total: MODULES },
        });
        // By the batch's own end: with nothing left to do the server skips on to the next time-out.
        const { closeTime } = await server.client.workflow.getHandle(taskId).describe();
        const passed = (closeTime?.getTime() ?? 0) - begun;
        expect(passed).toBeGreaterThanOrEqual(9 * HOUR);
        expect(passed).toBeLessThan(10 * HOUR);
        expect(script.calls).toHaveLength(2 * MODULES);
        expect(script.records.map(({ status }) => status)).toContain('waiting');
        const lengths = (await longTimersOf(server, taskId)).map(({ length }) => length);
        expect(Math.max(...lengths)).toBeGreaterThan(9 * HOUR - 60_000);
      });
    });
  },
);
