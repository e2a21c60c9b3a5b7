/** The messages on a running batch, on a real server, with activities that answer from memory. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { taskHistory } from '../../src/client/history.ts';
import { TaskClient } from '../../src/client/task-client.ts';
import { rebuildRecord } from '../../src/progress/rebuild-task.ts';
import type { TaskRecord } from '../../src/store/record-schema.ts';
import { collect } from '../helpers/collect.ts';
import { batchInput, type Script } from '../helpers/scripted-activities.ts';
import { nextTaskId, withScriptedWorker } from '../helpers/scripted-worker.ts';
import { noTemporal, startTestServer, type TestServer } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';

/** 500 for the full proof, which takes minutes. */
const UPDATES = Number(process.env.FAULT_UPDATES ?? 60);

let server: TestServer;

describe.skipIf(noTemporal !== undefined)(`control of a batch${noTemporal ?? ''}`, () => {
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  const client = (): TaskClient => new TaskClient(server.client, () => Promise.resolve());
  const withWorker = <T>(modules: number, run: (script: Script) => Promise<T>): Promise<T> =>
    withScriptedWorker(server, modules, run);
  const openChildren = async (taskId: string): Promise<number> =>
    (
      await collect(server.client.workflow.list({ query: `CurBatch='${taskId}' AND ExecutionStatus='Running'` }))
    ).filter(({ workflowId }) => workflowId !== taskId).length;
  const fail = (script: Script, modules: number): void => {
    script.answer = ({ module }) => (module.number <= modules ? { kind: 'timeout', ms: 1 } : undefined);
  };
  const rebuilt = async (taskId: string): Promise<TaskRecord> =>
    rebuildRecord({
      taskId,
      runs: await taskHistory(server.client, taskId),
      stories: new Map(),
      likely: [],
      outputFile: '',
    });

  test('paused, it starts no call, those in flight end, and it goes on with nothing asked again', async () => {
    await withWorker(40, async (script) => {
      const input = batchInput(nextTaskId(), 40);
      script.latency = () => 800;
      await client().start(input);
      await until(() => script.calls.length >= 8);
      const paused = await client().message(input.taskId, 'pause', { by: 'anna@laptop', reason: 'lunch' });
      expect(paused).toEqual({ changed: true, detail: 'paused; the calls in flight end first' });
      const asked = script.calls.length;
      await until(async () => (await openChildren(input.taskId)) === 0);
      await until(() => script.records.at(-1)?.status === 'paused');
      expect(script.calls.length).toBe(asked);
      expect(script.aborted).toEqual([]);
      const text = 'paused by anna@laptop (lunch)';
      expect(script.records.at(-1)?.wait).toBe('person');
      expect(script.records.at(-1)?.reason).toBe(`${text}. Go on: batch-manager resume ${input.taskId}`);
      expect(script.logs).toEqual([text]);
      expect(await client().message(input.taskId, 'pause', {})).toMatchObject({ changed: false });
      // Still paused with another width.
      await client().set(input.taskId, { concurrency: 4 });
      script.latency = () => 0;
      expect(await client().message(input.taskId, 'resume', {})).toMatchObject({ changed: true, detail: 'goes on' });
      expect(await client().message(input.taskId, 'resume', {})).toMatchObject({ changed: false });
      expect(await client().closed(input.taskId)).toMatchObject({ result: { counts: { PASS_ON_REVIEW: 40 } } });
      expect(script.calls).toHaveLength(40);
      expect(script.records.at(-1)?.live).toMatchObject({ concurrency: 4 });
    });
  });

  test('paused at once, it aborts the calls in flight, and asks them again once it goes on', async () => {
    await withWorker(10, async (script) => {
      const input = batchInput(nextTaskId(), 10, { concurrency: 4, prefetch: 2 });
      script.latency = () => 60_000;
      await client().start(input);
      await until(() => script.calls.length === 4);
      await client().message(input.taskId, 'pause', {});
      // Once more, and those that are in flight go, too.
      expect(await client().message(input.taskId, 'pause', { now: true } as object)).toMatchObject({ changed: true });
      await until(async () => (await openChildren(input.taskId)) === 0);
      script.latency = () => 0;
      await client().message(input.taskId, 'resume', {});
      expect(await client().closed(input.taskId)).toMatchObject({ result: { counts: { PASS_ON_REVIEW: 10 } } });
      expect(script.calls).toHaveLength(14);
    });
  });

  test('pause and resume come as signals without an argument, too, and a paused batch is stopped', async () => {
    await withWorker(20, async (script) => {
      const input = batchInput(nextTaskId(), 20);
      script.latency = () => 300;
      await client().start(input);
      await until(() => script.calls.length >= 8);
      const batch = server.client.workflow.getHandle(input.taskId);
      await batch.signal('pause');
      await until(() => script.logs.some((line) => line === 'paused; the calls in flight end first (signal)'));
      await batch.signal('pause', { now: 'at once' });
      await until(() => script.logs.some((line) => line.startsWith('signal ignored: "now" is true or false')));
      await client().cancel(input.taskId);
      expect(await client().closed(input.taskId)).toEqual({ kind: 'stopped' });
      expect(script.records.at(-1)).toMatchObject({ status: 'stopped' });
      const late = { changed: false, detail: 'no change: the task is cancelled already' };
      expect(await client().message(input.taskId, 'resume', {})).toEqual(late);
    });
  });

  test('a module is skipped: one that runs, one that has not started, and none that has ended', async () => {
    await withWorker(12, async (script) => {
      const input = batchInput(nextTaskId(), 12, { concurrency: 2, prefetch: 0 });
      script.latency = ({ module }) => (module.number === 2 ? 60_000 : 100);
      await client().start(input);
      await until(() => script.calls.some((call) => call.slug === '02-module'));
      await until(() => script.records.some((record) => record.ended.some(({ slug }) => slug === '01-module')));
      const skip = (module: string) => client().module(input.taskId, 'skipModule', module);
      expect(await skip('01-module')).toEqual({ changed: false, detail: 'no change: it had ended as PASS_ON_REVIEW' });
      expect(await skip('12-module')).toEqual({ changed: true, detail: 'skipped before it started' });
      expect(await skip('02-module')).toEqual({ changed: true, detail: 'skipped' });
      expect(await client().closed(input.taskId)).toMatchObject({
        result: { counts: { PASS_ON_REVIEW: 10, SKIPPED: 2 } },
      });
      expect(await rebuilt(input.taskId)).toMatchObject({ counts: { PASS_ON_REVIEW: 10, SKIPPED: 2 } });
    });
  });

  test('all that failed runs again, and nothing else', async () => {
    await withWorker(12, async (script) => {
      const input = batchInput(nextTaskId(), 12, { concurrency: 4, prefetch: 0 });
      fail(script, 3);
      script.latency = ({ module }) => (module.number === 12 ? 3000 : 0);
      await client().start(input);
      await until(() => script.calls.some((call) => call.slug === '12-module'));
      await until(() => script.calls.length === 12);
      script.answer = () => undefined;
      expect(await client().message(input.taskId, 'retryFailed', {})).toEqual({
        changed: true,
        detail: '3 modules run again, at the front',
      });
      expect(await client().closed(input.taskId)).toMatchObject({ result: { counts: { PASS_ON_REVIEW: 12 } } });
      expect(
        script.calls
          .slice(12)
          .map(({ slug, generation }) => `${slug} ${generation}`)
          .toSorted(),
      ).toEqual(['01-module 1', '02-module 1', '03-module 1']);
      expect(await rebuilt(input.taskId)).toMatchObject({ counts: { PASS_ON_REVIEW: 12 } });
    });
  });

  test('drained, it lets what runs end, starts nothing more, and counts the rest as stopped', async () => {
    await withWorker(30, async (script) => {
      const input = batchInput(nextTaskId(), 30, { concurrency: 4, prefetch: 0 });
      script.latency = () => 1000;
      await client().start(input);
      await until(() => script.calls.length === 4);
      const answer = await client().message(input.taskId, 'drain', { reason: 'enough' });
      expect(answer).toEqual({ changed: true, detail: 'starts nothing more; 4 open modules end first' });
      expect(await client().message(input.taskId, 'drain', {})).toMatchObject({ changed: false });
      expect(await client().module(input.taskId, 'retryModule', '09-module')).toMatchObject({ changed: false });
      expect(await client().closed(input.taskId)).toEqual({ kind: 'stopped' });
      expect(script.calls).toHaveLength(4);
      expect(script.aborted).toEqual([]);
      expect(script.records.at(-1)).toMatchObject({ status: 'stopped' });
      expect(await rebuilt(input.taskId)).toMatchObject({ status: 'stopped', counts: { PASS_ON_REVIEW: 4 } });
    });
  });

  test('the canaries run first; then it pauses until somebody has looked at them', async () => {
    await withWorker(10, async (script) => {
      const input = batchInput(nextTaskId(), 10, { canary: 2 });
      await client().start(input);
      await until(() => script.records.at(-1)?.status === 'paused');
      expect(script.calls.map(({ slug }) => slug).toSorted()).toEqual(['01-module', '02-module']);
      expect(script.records.at(-1)?.wait).toBe('canary');
      expect(script.records.at(-1)?.reason).toMatch(/^paused: the first 2 modules have ended, look at them\. Go on: /);
      await client().message(input.taskId, 'resume', {});
      expect(await client().closed(input.taskId)).toMatchObject({ result: { counts: { PASS_ON_REVIEW: 10 } } });
    });
  });

  test('failures in a row of what all depend on pause it, and it may go on', async () => {
    await withWorker(20, async (script) => {
      const input = batchInput(nextTaskId(), 20, { concurrency: 1, prefetch: 0, breaker: 3 });
      script.failure = ({ module }) => (module.number > 2 ? 'ProviderDown' : undefined);
      await client().start(input);
      await until(() => script.records.at(-1)?.status === 'paused');
      expect(script.records.at(-1)?.wait).toBe('breaker');
      expect(script.records.at(-1)?.reason).toContain('paused: 3 modules in a row ended with provider-down. Go on:');
      expect(script.calls.length).toBeLessThanOrEqual(6);
      script.failure = () => undefined;
      await client().message(input.taskId, 'resume', {});
      expect(
        await client().message(input.taskId, 'retryFailed', { classes: ['provider-down'] } as object),
      ).toMatchObject({
        changed: true,
      });
      expect(await client().closed(input.taskId)).toMatchObject({ result: { counts: { PASS_ON_REVIEW: 20 } } });
    });
  });

  test('edits and lost work are counted apart: five of each end no module, a sixth of one does', async () => {
    await withWorker(2, async (script) => {
      const input = batchInput(nextTaskId(), 2, { concurrency: 1, prefetch: 0 });
      const times =
        (counts: number[]) =>
        ({ module }: { readonly module: { readonly number: number } }): boolean => {
          const left = counts[module.number - 1] ?? 0;
          counts[module.number - 1] = left - 1;
          return left > 0;
        };
      const isLost = times([5, 6]);
      script.failure = (call) => (isLost(call) ? 'WorkLost' : undefined);
      script.edited = times([5, 0]);
      await client().start(input);
      expect(await client().closed(input.taskId)).toMatchObject({
        result: { counts: { PASS_ON_REVIEW: 1, ERROR: 1 } },
      });
      const ended = script.records.flatMap((record) => record.ended);
      expect(ended.find(({ slug }) => slug === '02-module')).toMatchObject({ outcome: 'ERROR', failure: 'WorkLost' });
    });
  });

  test('too large a share of failures pauses it', async () => {
    await withWorker(20, async (script) => {
      const input = batchInput(nextTaskId(), 20, { concurrency: 1, prefetch: 0, halt: 50 });
      fail(script, 20);
      await client().start(input);
      await until(() => script.records.at(-1)?.status === 'paused');
      expect(script.records.at(-1)?.wait).toBe('halt');
      expect(script.records.at(-1)?.reason).toMatch(/^paused: (\d) of \1 modules failed, 50 % were allowed/);
      await client().cancel(input.taskId);
      expect(await client().closed(input.taskId)).toEqual({ kind: 'stopped' });
    });
  });

  test('another model counts from the next call on, also for modules that wait their turn', async () => {
    await withWorker(12, async (script) => {
      const input = batchInput(nextTaskId(), 12, { concurrency: 2, prefetch: 4 });
      script.latency = () => 1500;
      await client().start(input);
      await until(() => script.calls.length === 2 && script.registered === 6);
      const unknown = client().set(input.taskId, { model: 'nobody/knows', reviewModel: 'nobody/knows' });
      await expect(unknown).rejects.toThrow(/no key/);
      await expect(client().set(input.taskId, { passScore: 11 })).rejects.toThrow(/Set passScore to 0-10, not to 11/);
      const other = { model: 'offline/other', reviewModel: 'offline/other', maxRounds: 1 };
      expect(await client().set(input.taskId, { ...other, by: 'anna@laptop', reason: 'cheaper' })).toEqual({
        changed: true,
        detail:
          'model offline/rules-1 to offline/other, review model offline/rules-1 to offline/other, max rounds 3 to 1',
      });
      expect(await client().set(input.taskId, other)).toEqual({ changed: false, detail: 'no change' });
      script.latency = () => 0;
      expect(await client().closed(input.taskId)).toMatchObject({ result: { counts: { PASS_ON_REVIEW: 12 } } });
      expect(script.calls.map(({ model }) => model)).toEqual([
        ...Array.from({ length: 2 }, () => 'offline/rules-1'),
        ...Array.from({ length: 10 }, () => 'offline/other'),
      ]);
      expect(script.logs.at(-1)).toMatch(/max rounds 3 to 1 by anna@laptop \(cheaper\)$/);
      expect(await rebuilt(input.taskId)).toMatchObject({ model: 'offline/other', max_rounds: 1 });
    });
  });

  test('what one module may cost counts from the next call on, is set once, and outlives a restart', async () => {
    await withWorker(12, async (script) => {
      const input = { ...batchInput(nextTaskId(), 12, { concurrency: 2, prefetch: 0 }), startsPerRun: 4 };
      script.latency = () => 3000;
      await client().start(input);
      await until(() => script.calls.length === 2);
      const set = (moduleBudgetUsd: number) => client().set(input.taskId, { moduleBudgetUsd, by: 'anna@laptop' });
      await expect(set(-1)).rejects.toThrow(/Set moduleBudgetUsd to 0 or more, not to -1/);
      expect(await set(0)).toEqual({ changed: false, detail: 'no change' });
      expect(await set(0.5)).toEqual({ changed: true, detail: 'module budget no limit to $0.5' });
      expect(await set(0.5)).toEqual({ changed: false, detail: 'no change' });
      script.latency = () => 0;
      expect(await client().closed(input.taskId)).toMatchObject({ result: { counts: { PASS_ON_REVIEW: 12 } } });
      const budgets = script.calls.map((call) => call.moduleBudgetUsd);
      expect(budgets).toEqual(budgets.toSorted((one, other) => one - other));
      expect([budgets[0], budgets.at(-1), budgets.length]).toEqual([0, 0.5, 12]);
      expect(script.logs.at(-1)).toBe('module budget no limit to $0.5 by anna@laptop');
      expect(script.records.at(-1)?.live).toMatchObject({ moduleBudgetUsd: 0.5 });
      expect(await rebuilt(input.taskId)).toMatchObject({ module_budget_usd: 0.5 });
    });
  });

  test(`${UPDATES} updates that race with continue-as-new: none is lost and none done twice`, async () => {
    // More than any run gets to.
    const modules = 40 * UPDATES;
    await withWorker(modules, async (script) => {
      const input = { ...batchInput(nextTaskId(), modules, { concurrency: 2, prefetch: 2 }), startsPerRun: 5 };
      script.latency = () => 200;
      await client().start(input);
      let before = 2;
      for (let n = 0; n < UPDATES; n += 1) {
        const concurrency = before === 3 ? 4 : 3;
        // Each says what it found: one that was lost or done twice would show in the next.
        const answer = await client().set(input.taskId, { concurrency });
        expect({ n, ...answer }).toEqual({ n, changed: true, detail: `concurrency ${before} to ${concurrency}` });
        before = concurrency;
      }
      await client().message(input.taskId, 'drain', {});
      expect(await client().closed(input.taskId)).toEqual({ kind: 'stopped' });
      expect(new Set(script.calls.map(({ slug }) => slug)).size).toBe(script.calls.length);
      const runs = await taskHistory(server.client, input.taskId);
      expect(runs.length).toBeGreaterThan(UPDATES / 20);
      expect(await rebuilt(input.taskId)).toMatchObject({
        concurrency: before,
        counts: { PASS_ON_REVIEW: script.calls.length },
      });
    });
  }, 1_800_000);
});
