import { DEFAULT_SETTINGS } from '../../src/domain/settings.ts';
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Activities } from '../../activities/index.ts';
import { wrapAll } from '../../activities/wrap.ts';
import { StopRequest, TaskGates, TurnedBack } from '../../src/concurrency/gates.ts';
import { moduleFailed } from '../../src/domain/failed.ts';
import { TypedError, type FailureType } from '../../src/domain/failure.ts';
import type { BatchInput, PlannedModule } from '../../workflows/contract.ts';
import type { CallInput, CallResult, FinishInput, RecordTaskInput } from '../../workflows/step-contract.ts';
import { LimitStore } from '../../src/store/limits.ts';
import { workspaceAt } from '../../src/store/workspace.ts';

/** What the workflows did, as the activities saw it. */
export interface Script {
  readonly plan: readonly PlannedModule[];
  /** What a call gives instead of a reply; undefined: the reply. */
  answer: (input: CallInput) => CallResult | undefined;
  /** The failure that a call ends with; undefined: it answers. */
  failure: (input: CallInput) => FailureType | undefined;
  /** Whether a person edited the module before its end is written. */
  edited: (input: FinishInput) => boolean;
  /** Latency of a call, ms. */
  latency: (input: CallInput) => number;
  readonly calls: { slug: string; at: number; generation: number; model: string; moduleBudgetUsd: number }[];
  /** Calls that waited for a permit or held one, over all time. */
  registered: number;
  readonly aborted: { slug: string; at: number }[];
  readonly records: RecordTaskInput[];
  readonly logs: string[];
  /** Whether each research was forced. */
  readonly forced: boolean[];
  mostInFlight: number;
  /** Steps that fail as a local activity, by name; the ordinary one does not. */
  failLocally: Set<string>;
  /** Steps that fail however they run, by name. */
  fails: Set<string>;
  /** Names of those that failed so. */
  readonly failed: string[];
}

/** Real gates, and steps that answer from memory: for tests of what the workflows do, not of what the steps do. */
export function scriptedActivities(modules: number, folder: string): { script: Script; activities: Activities } {
  const plan = Array.from({ length: modules }, (_, index) => ({
    index,
    track: 'b1',
    slug: `${String(index + 1).padStart(2, '0')}-module`,
    number: index + 1,
    generation: 0,
  }));
  const script: Script = {
    plan,
    answer: () => undefined,
    failure: () => undefined,
    edited: () => false,
    latency: () => 0,
    calls: [],
    registered: 0,
    aborted: [],
    records: [],
    logs: [],
    forced: [],
    mostInFlight: 0,
    failLocally: new Set(),
    fails: new Set(),
    failed: [],
  };
  const gates = new TaskGates(new LimitStore(workspaceAt(folder)));
  let inFlight = 0;

  const call = async (input: CallInput) => {
    script.registered += 1;
    const registered = gates.register(input.taskId, input.module.slug);
    const signal = AbortSignal.any([cancellationSignal(), registered.signal]);
    const waiting = AbortSignal.any([signal, registered.turnedBack]);
    const beating = setInterval(() => heartbeat(), 500);
    try {
      const permit = await gates.acquire(input.taskId, waiting);
      if (permit === null) return { kind: 'wait', reason: 'paused', until: null, detail: null } as const;
      script.calls.push({
        slug: input.module.slug,
        at: Date.now(),
        generation: input.module.generation,
        model: input.settings.model,
        moduleBudgetUsd: input.settings.moduleBudgetUsd ?? 0,
      });
      script.mostInFlight = Math.max(script.mostInFlight, (inFlight += 1));
      try {
        await sleep(script.latency(input), undefined, { signal });
      } finally {
        inFlight -= 1;
        permit.release();
      }
      const failure = script.failure(input);
      if (failure !== undefined) throw new TypedError(failure, failure);
      return script.answer(input) ?? ({ kind: 'reply', reply: 'key', ms: 1, cached: false } as const);
    } catch (error) {
      const turned: unknown = signal.aborted ? signal.reason : waiting.reason;
      if (turned instanceof TurnedBack)
        return { kind: 'wait', reason: turned.reason, until: null, detail: null } as const;
      if (!signal.aborted) throw error;
      script.aborted.push({ slug: input.module.slug, at: Date.now() });
      throw signal.reason instanceof StopRequest ? signal.reason : error;
    } finally {
      clearInterval(beating);
      registered.unregister();
    }
  };

  const version = { hash: 'h', auditPassed: true, errors: 0, failing: [] };
  const activities: Activities = {
    audit: () => Promise.resolve({ kind: 'audited', version, prompt: 'p' }),
    review: call,
    fix: call,
    research: call,
    auditCommand: () => Promise.resolve(null),
    judge: () =>
      Promise.resolve({
        kind: 'judged',
        score: 9.5,
        passed: true,
        better: true,
        suspicious: false,
        reason: '',
        findings: 'f',
        fixPrompt: null,
      }),
    stage: () => Promise.reject(new Error('not scripted')),
    apply: () => Promise.reject(new Error('not scripted')),
    finish: (input) => Promise.resolve({ kind: script.edited(input) ? 'base-changed' : 'finished' }),
    propose: () => Promise.reject(new Error('not scripted')),
    undo: () => Promise.reject(new Error('not scripted')),
    applyProposal: () => Promise.reject(new Error('not scripted')),
    prepareResearch: ({ force }) => {
      script.forced.push(force);
      return Promise.resolve({ kind: 'already-done', detail: '' });
    },
    writeResearch: () => Promise.reject(new Error('not scripted')),
    freezePlan: () => Promise.resolve({ total: plan.length }),
    loadPage: ({ from, count }) => Promise.resolve(plan.slice(from, from + count)),
    findModule: ({ module }) => Promise.resolve(plan.find((other) => other.slug === module) ?? null),
    failedModules: ({ unrecorded }) =>
      Promise.resolve(
        plan.filter(({ slug }) => {
          const ends = [...script.records.flatMap((record) => record.ended), ...unrecorded];
          const last = ends.findLast((end) => end.slug === slug);
          return last !== undefined && moduleFailed(last.outcome);
        }),
      ),
    checkModels: ({ models }) =>
      models.some((model) => model.startsWith('nobody/'))
        ? Promise.reject(new TypedError('AuthFailed', 'no key'))
        : Promise.resolve(),
    setLimits: async ({ taskId, concurrency, abort = false }) => {
      await gates.setLimits(taskId, concurrency);
      if (concurrency === 0) gates.turnBack(taskId, 'paused', abort);
    },
    turnBack: ({ taskId }) => Promise.resolve(gates.turnBack(taskId, 'settings-changed')),
    closeGate: ({ taskId }) => gates.close(taskId),
    liftGates: () => Promise.resolve([]),
    abortModule: ({ taskId, slug }) => Promise.resolve(gates.abortModule(taskId, slug)),
    recordTask: (input) => {
      script.records.push(input);
      return Promise.resolve(null);
    },
    logTask: ({ event, text }) => {
      script.logs.push(text);
      return Promise.resolve({ event, text });
    },
    commit: () => Promise.resolve({ logged: [], more: 0 }),
    awaitFree: async ({ modules: held }) => {
      await sleep(200, undefined, { signal: cancellationSignal() });
      return held.map((module) => module.slug);
    },
  };
  return { script, activities: wrapAll(failing(activities, script)) };
}

/** Lets the steps named in the script fail. */
function failing(activities: Activities, script: Script): Activities {
  const entries = Object.entries(activities).map(([name, run]) => [
    name,
    (input: never) => {
      if (activityInfo().isLocal && script.failLocally.has(name)) throw new Error(`${name} failed locally`);
      if (script.fails.has(name)) {
        script.failed.push(name);
        throw new Error(`${name} failed`);
      }
      return (run as (input: never) => Promise<unknown>)(input);
    },
  ]);
  return Object.fromEntries(entries) as Activities;
}

/** The input of a batch over a scripted plan. */
export function batchInput(
  taskId: string,
  modules: number,
  settings: Partial<BatchInput['settings']> = {},
): BatchInput {
  return {
    taskId,
    workspaceId: 'testworkspac',
    operation: 'fix-review',
    track: 'b1',
    selection: [[1, modules]],
    settings: {
      ...DEFAULT_SETTINGS,
      model: 'offline/rules-1',
      reviewModel: 'offline/rules-1',
      breaker: 0,
      callTimeoutMs: 60_000,
      busyTries: 3,
      gitDirty: 'allow',
      ...settings,
    },
    carry: null,
  };
}
