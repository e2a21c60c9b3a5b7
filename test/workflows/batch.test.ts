import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { taskHistory } from '../../src/client/history.ts';
import { TaskClient } from '../../src/client/task-client.ts';
import { moduleRuns, rebuildRecord } from '../../src/progress/rebuild-task.ts';
import { batchInput, type Script } from '../helpers/scripted-activities.ts';
import { nextTaskId, withScriptedWorker } from '../helpers/scripted-worker.ts';
import { collect } from '../helpers/collect.ts';
import { noTemporal, startTestServer, type TestServer } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';

let server: TestServer;

describe.skipIf(noTemporal !== undefined)(`a batch workflow on a real server${noTemporal ?? ''}`, () => {
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const id = nextTaskId;
  const client = (): TaskClient => new TaskClient(server.client, () => Promise.resolve());
  const withWorker = <T>(modules: number, run: (script: Script) => Promise<T>): Promise<T> =>
    withScriptedWorker(server, modules, run);

  async function historyLength(taskId: string): Promise<number> {
    return (await server.client.workflow.getHandle(taskId).describe()).historyLength;
  }

  /** How many children of a batch closed as Canceled. */
  async function canceledChildren(taskId: string): Promise<number> {
    const { events } = await server.client.workflow.getHandle(taskId).fetchHistory();
    return (events ?? []).filter((event) => event.childWorkflowExecutionCanceledEventAttributes).length;
  }

  test('takes every module to its end, never above the width and up to it', async () => {
    await withWorker(60, async (script) => {
      const input = batchInput(id(), 60);
      // The first ones last until the width is full also where starts are slow.
      script.latency = ({ module }) => (module.number <= 8 ? 3000 : 300 + Math.random() * 600);
      await client().start(input);
      expect(await client().closed(input.taskId)).toEqual({
        kind: 'completed',
        result: { counts: { PASS_ON_REVIEW: 60 }, total: 60 },
      });
      expect(script.mostInFlight).toBe(8);
      expect(script.calls).toHaveLength(60);
      const recorded = script.records.flatMap((record) => record.ended.map((module) => module.slug));
      expect(new Set(recorded).size).toBe(60);
      expect(script.records.at(-1)?.status).toBe('completed');
    });
  });

  test('a stop lets no call start, aborts those in flight, and closes as Canceled', async () => {
    await withWorker(40, async (script) => {
      const input = batchInput(id(), 40);
      script.latency = () => 60_000;
      await client().start(input);
      // The whole window: 8 calls in flight, 8 that wait.
      await until(() => script.calls.length === 8 && script.registered === 16);
      const stopped = Date.now();
      await client().cancel(input.taskId);
      expect(await client().closed(input.taskId)).toEqual({ kind: 'stopped' });
      expect(script.calls.filter((call) => call.at > stopped)).toEqual([]);
      expect(script.aborted.length).toBe(16);
      expect(script.records.at(-1)).toMatchObject({ status: 'stopped' });
      expect(await canceledChildren(input.taskId)).toBe(16);
      const open = () => collect(server.client.workflow.list({ query: "ExecutionStatus='Running'" }));
      await until(async () => (await open()).length === 0);
    });
  });

  test('a stop reaches the modules that have no call in hand, too', async () => {
    await withWorker(10, async (script) => {
      const input = batchInput(id(), 10, { concurrency: 6, prefetch: 0 });
      script.latency = ({ module }) => (module.number <= 2 ? 0 : 60_000);
      script.fails = new Set(['judge']);
      await client().start(input);
      await until(() => script.failed.length >= 4 && script.calls.length === 6);
      await client().cancel(input.taskId);
      expect(await client().closed(input.taskId)).toEqual({ kind: 'stopped' });
      expect(script.calls).toHaveLength(6);
      expect(await canceledChildren(input.taskId)).toBe(6);
      const ended = script.records.flatMap((record) => record.ended);
      expect(ended.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 6 }, () => 'STOPPED'));
    });
  });

  test('one module is stopped and one retried, by update and by signal, and the others go on', async () => {
    await withWorker(12, async (script) => {
      const input = batchInput(id(), 12, { concurrency: 4, prefetch: 0 });
      script.latency = ({ module }) => (module.number <= 2 ? 60_000 : 150);
      await client().start(input);
      await until(() => script.calls.length >= 4);
      expect(await client().module(input.taskId, 'stopModule', '01-module')).toEqual({
        changed: true,
        detail: 'stopped',
      });
      await server.client.workflow.getHandle(input.taskId).signal('stopModule', '02-module');
      await server.client.workflow.getHandle(input.taskId).signal('stopModule', { not: 'a slug' });
      script.latency = () => 150;
      await until(() => script.aborted.length === 2);
      expect(await client().module(input.taskId, 'retryModule', '01-module')).toMatchObject({ changed: true });
      expect(await client().closed(input.taskId)).toMatchObject({
        result: { counts: { PASS_ON_REVIEW: 11, STOPPED: 1 } },
      });
      expect(script.calls.filter((call) => call.slug === '01-module').map((call) => call.generation)).toEqual([0, 1]);
      expect(script.logs.toSorted()).toEqual([
        '02-module: stopped (signal)',
        'signal ignored: Name one module: its slug or its number.',
      ]);
    });
  });

  test('a retry does research again that is there', async () => {
    await withWorker(2, async (script) => {
      // The second module is held open by its review, so that the batch still runs when the first is retried.
      const input = { ...batchInput(id(), 2), operation: 'orchestrate' } as const;
      script.latency = ({ module }) => (module.number === 2 ? 1500 : 0);
      await client().start(input);
      await until(() => script.records.some((record) => record.ended.some((module) => module.slug === '01-module')));
      expect(await client().module(input.taskId, 'retryModule', '01-module')).toMatchObject({ changed: true });
      await client().closed(input.taskId);
      expect(script.forced).toEqual([false, false, true]);
    });
  });

  test('an unknown module is refused, and nothing changes', async () => {
    await withWorker(3, async (script) => {
      const input = batchInput(id(), 3);
      script.latency = () => 300;
      await client().start(input);
      await expect(client().module(input.taskId, 'stopModule', 'nobody')).rejects.toThrow(/has no module "nobody"/);
      expect(await client().module(input.taskId, 'retryModule', '01-module')).toMatchObject({ changed: false });
      await client().closed(input.taskId);
    });
  });

  test('a module that another task holds is waited for; with no tries it ends as CONFLICT', async () => {
    await withWorker(4, async (script) => {
      const [holder, waiter, hasty] = [batchInput(id(), 4), batchInput(id(), 4), batchInput(id(), 4, { busyTries: 0 })];
      script.latency = () => 1500;
      await client().start(holder);
      await until(() => script.calls.length === 4);
      await Promise.all([client().start(waiter), client().start(hasty)]);
      expect(await client().closed(hasty.taskId)).toMatchObject({ result: { counts: { CONFLICT: 4 } } });
      expect(await client().closed(holder.taskId)).toMatchObject({ result: { counts: { PASS_ON_REVIEW: 4 } } });
      script.latency = () => 0;
      const end = await client().closed(waiter.taskId);
      expect(end).toMatchObject({ kind: 'completed', result: { total: 4 } });
    });
  });

  test('450 modules continue as new once, with no module lost or done twice', async () => {
    await withWorker(450, async (script) => {
      const input = batchInput(id(), 450, { concurrency: 32, prefetch: 16 });
      await client().start(input);
      expect(await client().closed(input.taskId)).toMatchObject({ result: { counts: { PASS_ON_REVIEW: 450 } } });
      expect(new Set(script.calls.map((call) => call.slug)).size).toBe(450);
      expect(script.calls).toHaveLength(450);
      // Also those that ended in the last second of the first run.
      expect(new Set(script.records.flatMap(({ ended }) => ended.map(({ slug }) => slug))).size).toBe(450);
      const listed = () => collect(server.client.workflow.list({ query: `WorkflowId='${input.taskId}'` }));
      await until(async () => (await listed()).every((run) => run.status.name !== 'RUNNING'));
      const runs = await listed();
      expect(runs.map((run) => run.status.name).toSorted()).toEqual(['COMPLETED', 'CONTINUED_AS_NEW']);
      expect(Math.max(...runs.map((run) => run.historyLength ?? 0))).toBeLessThan(5000);
      const told = await taskHistory(server.client, input.taskId);
      expect(told.map((events) => events.at(-1))).toMatchObject([{ how: 'continued' }, { how: 'completed' }]);
      expect(new Set(moduleRuns(told).map(({ runId }) => runId)).size).toBe(450);
      const sources = { taskId: input.taskId, runs: told, stories: new Map(), likely: [], outputFile: '' };
      const record = rebuildRecord(sources);
      expect(record).toMatchObject({ status: 'completed', total: 450, counts: { PASS_ON_REVIEW: 450 } });
      expect(Object.keys(record.modules)).toEqual(script.plan.map(({ slug }) => slug));
    });
  });

  test('a module that must wait closes, and is started again once its time has come', async () => {
    await withWorker(3, async (script) => {
      const input = batchInput(id(), 3);
      const until = new Date(Date.now() + 1500).toISOString();
      script.answer = ({ module }) =>
        module.number === 2 && Date.now() < Date.parse(until)
          ? { kind: 'wait', reason: 'quota', until, detail: null }
          : undefined;
      await client().start(input);
      expect(await client().closed(input.taskId)).toMatchObject({ result: { counts: { PASS_ON_REVIEW: 3 } } });
      const [first, second, ...more] = script.calls.filter((call) => call.slug === '02-module').map((call) => call.at);
      expect(more).toEqual([]);
      expect(second).toBeGreaterThanOrEqual(Date.parse(until));
      expect(first).toBeLessThan(Date.parse(until));
    });
  });

  test('a module that waits is stopped with its batch', async () => {
    await withWorker(1, async (script) => {
      const input = batchInput(id(), 1);
      script.answer = () => ({
        kind: 'wait',
        reason: 'quota',
        detail: 'google/gemini-2.5-flash',
        until: new Date(Date.now() + 3_600_000).toISOString(),
      });
      await client().start(input);
      await until(() => script.records.some((record) => record.status === 'waiting'));
      expect(script.records.at(-1)?.reason).toMatch(/^waiting for quota until 20\S+Z \(google\/gemini-2\.5-flash\)$/);
      await client().cancel(input.taskId);
      expect(await client().closed(input.taskId)).toEqual({ kind: 'stopped' });
      expect(script.records.at(-1)).toMatchObject({ status: 'stopped' });
    });
  });

  test('a worker that lost the limits of a task gets them again', async () => {
    await withWorker(2, async (script) => {
      const input = batchInput(id(), 2);
      let paused = 2;
      script.answer = () =>
        (paused -= 1) >= 0 ? { kind: 'wait', reason: 'paused', until: null, detail: null } : undefined;
      await client().start(input);
      expect(await client().closed(input.taskId)).toMatchObject({ result: { counts: { PASS_ON_REVIEW: 2 } } });
    });
  });

  test('a call that gives no reply in time ends its module as TIMEOUT, the others go on', async () => {
    await withWorker(3, async (script) => {
      const input = batchInput(id(), 3);
      script.answer = ({ module }) => (module.number === 1 ? { kind: 'timeout', ms: 60_000 } : undefined);
      await client().start(input);
      expect(await client().closed(input.taskId)).toMatchObject({
        result: { counts: { PASS_ON_REVIEW: 2, TIMEOUT: 1 } },
      });
    });
  });

  test('a module that passes its first review costs at most 20 events', async () => {
    await withWorker(1, async () => {
      const input = batchInput(id(), 1);
      await client().start(input);
      await client().closed(input.taskId);
      expect(await historyLength('module/testworkspac/b1/01-module')).toBeLessThanOrEqual(20);
    });
  });

  test('a step that fails as a local activity is done by the ordinary one', async () => {
    await withWorker(2, async (script) => {
      const input = batchInput(id(), 2);
      script.failLocally = new Set(['audit', 'judge', 'recordTask', 'freezePlan']);
      await client().start(input);
      expect(await client().closed(input.taskId)).toMatchObject({ result: { counts: { PASS_ON_REVIEW: 2 } } });
      const { events } = await server.client.workflow.getHandle('module/testworkspac/b1/01-module').fetchHistory();
      const ordinary = (events ?? []).flatMap(
        (event) => event.activityTaskScheduledEventAttributes?.activityType?.name ?? [],
      );
      expect(ordinary).toEqual(['audit', 'review', 'judge']);
    });
  });
});
