/**
 * The batch: takes the modules of a frozen plan through an operation, one child workflow a module.
 *
 * Invariants
 * 1. Every module of the plan is accounted for once: in the plan, in one queue, open, or ended.
 * 2. At most concurrency + prefetch children are open, and at most four starts pending.
 * 3. It never continues as new with open children or unfinished handlers: a parent's cancel does not reach them afterwards.
 * 4. A cancel closes the task's permit gate first, in one local activity, so that no call starts any more; then it awaits
 *    the children and closes as Canceled.
 */
import {
  allHandlersFinished,
  CancellationScope,
  condition,
  continueAsNew,
  isCancellation,
  workflowInfo,
} from '@temporalio/workflow';
import { countStatuses } from '../src/domain/status-string.ts';
import { handleAnswer } from './batch-answer.ts';
import { openModule } from './batch-child.ts';
import { handleMessages } from './batch-messages.ts';
import { conditionOrDue, unpark } from './batch-parked.ts';
import { handlePause, pauseByItself } from './batch-pause.ts';
import { handleSet } from './batch-set.ts';
import { keepRecord, publishCounts, recordEnd } from './batch-record.ts';
import { BatchState } from './batch-state.ts';
import { commitEnded, commitTask } from './commit.ts';
import type { BatchInput, BatchResult, QueuedModule } from './contract.ts';
import { sendLimits } from './send-limits.ts';
import { applicationFailure, awaitFree } from './steps.ts';

/** Modules read from the plan at a time. */
const PAGE = 200;

export async function batch(input: BatchInput): Promise<BatchResult> {
  const state = new BatchState(input);
  handleMessages(state);
  handleSet(state);
  handlePause(state);
  handleAnswer(state);
  try {
    await runWindow(state);
  } catch (error) {
    if (isCancellation(error)) await stop(state);
    else await fail(state, error);
    throw error;
  }
  if (!state.finished) return continueAsNew<typeof batch>({ ...input, carry: state.carry });
  const result = { counts: countStatuses(state.statuses), total: state.total };
  return state.restEnded ? { ...result, drained: true } : result;
}

/** Runs modules until none is left, or until this run has drained for the next one. */
async function runWindow(state: BatchState): Promise<void> {
  const { taskId, operation, track, selection, settings, retryOf, carry } = state.input;
  if (carry === null) {
    const plan = { taskId, operation, track, selection, settings, ...(retryOf !== undefined && { retryOf }) };
    state.begin((await state.steps.run('freezePlan', plan)).total);
  }
  await sendLimits(state);
  const beside = new CancellationScope();
  const besides = beside.run(() => Promise.all([keepRecord(state), awaitBusy(state), pauseByItself(state)]));
  // Awaited below; until then, and after a cancel, nobody listens.
  besides.catch(() => undefined);
  try {
    await startModules(state);
  } finally {
    beside.cancel();
  }
  await besides;
  await condition(allHandlersFinished);
  publishCounts(state);
  if (!state.finished) return;
  if (state.ending) state.endRest();
  await recordEnd(state, state.restEnded ? 'stopped' : 'completed', null);
  await commitTask(state.input, countStatuses(state.statuses));
}

async function startModules(state: BatchState): Promise<void> {
  for (;;) {
    await conditionOrDue(state, () => state.canStart || state.finished || drained(state));
    if (state.finished || drained(state)) return;
    unpark(state);
    if (state.limitsLost) await sendLimits(state);
    state.historyFull ||= workflowInfo().continueAsNewSuggested;
    if (!state.canStart) continue;
    const next = state.next();
    if (next !== undefined) openModule(state, next);
    else
      state.addPage(await state.steps.run('loadPage', { taskId: state.input.taskId, from: state.cursor, count: PAGE }));
  }
}

const drained = (state: BatchState): boolean => state.draining && state.open.size === 0;

/** Waits, in one activity for all, for the modules that other tasks hold, and queues them again. */
async function awaitBusy(state: BatchState): Promise<void> {
  try {
    for (;;) {
      await condition(() => state.busy.length > 0);
      const { workspaceId } = state.input;
      const free = new Set(await awaitFree({ workspaceId, modules: state.busy.map((queued) => queued.module) }));
      const isFree = (queued: QueuedModule): boolean => free.size === 0 || free.has(queued.module.slug);
      state.again.unshift(...state.busy.filter(isFree));
      state.busy = state.busy.filter((queued) => !isFree(queued));
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
}

async function stop(state: BatchState): Promise<void> {
  const { taskId } = state.input;
  await CancellationScope.nonCancellable(async () => {
    await state.steps.run('closeGate', { taskId });
    await Promise.all([...state.open.values()].map((open) => open.closed));
    await condition(allHandlersFinished, '2s');
  });
  await recordEnd(state, 'stopped', null);
  await commitEnded(state.input);
}

async function fail(state: BatchState, error: unknown): Promise<void> {
  const failure = applicationFailure(error);
  const message = failure?.message ?? (error instanceof Error ? error.message : String(error));
  await recordEnd(state, 'failed', message.slice(0, 1000));
  await commitEnded(state.input);
}
