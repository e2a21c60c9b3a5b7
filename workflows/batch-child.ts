import { WorkflowExecutionAlreadyStartedError, WorkflowIdReusePolicy } from '@temporalio/common';
import {
  CancellationScope,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  startChild,
  type ChildWorkflowOptions,
  type Workflow,
} from '@temporalio/workflow';
import { moduleWorkflowId } from '../src/domain/ids.ts';
import { moduleKey } from '../src/domain/module.ts';
import { endOfRestarts } from '../src/domain/restarts.ts';
import { OPERATIONS } from '../src/domain/operation.ts';
import { moduleAttributes } from './attributes.ts';
import { scoutReturned } from './batch-parked.ts';
import type { BatchState, OpenModule } from './batch-state.ts';
import { SETTINGS_SIGNAL, type ModuleEnd, type ModuleInput, type QueuedModule } from './contract.ts';

/** Starts a module's child and follows it to its end, in a scope of its own. Whatever befalls the child becomes an outcome. */
export function openModule(state: BatchState, queued: QueuedModule): void {
  const scope = new CancellationScope();
  const entry: OpenModule = {
    queued,
    scope,
    runId: null,
    cancelledAs: 'STOPPED',
    resumes: state.resumes,
    sendSettings: () => undefined,
    closed: Promise.resolve(),
  };
  state.open.set(queued.module.slug, entry);
  state.started += 1;
  const end = scope
    .run(() => runChild(state, entry))
    .then(
      (result) => () => noteEnd(state, entry, result),
      (error: unknown) => () => noteFailure(state, entry, error),
    );
  // Closed first, noted then, in one go: a module that is queued while it still counts as open would be lost.
  entry.closed = end.then((note) => {
    state.open.delete(queued.module.slug);
    note();
  });
}

/** Notes what became of a child, or queues its module again. */
function noteEnd(state: BatchState, entry: OpenModule, end: ModuleEnd | 'busy'): void {
  const { module } = entry.queued;
  if (end === 'busy') return noteBusy(state, entry.queued);
  if (end.kind === 'ended') {
    scoutReturned(state, module.slug, null);
    return state.end(module, end, entry.runId);
  }
  const { note } = end;
  scoutReturned(state, module.slug, note);
  const given = endOfRestarts(note, state.input.settings.editRestarts);
  if (given !== null) return state.endWithout(module, given.outcome, given.detail, entry.runId, given.failure);
  const again = { ...entry.queued, note };
  if (note.reason === 'question') state.question(again.module.slug, note.detail);
  if (note.reason === 'blocked') state.block(note, entry.resumes);
  if (note.reason === 'budget') state.short.push(again);
  else if (note.until !== null) state.parked.push(again);
  else state.again.unshift(again);
  // The worker lost its limits file: without it, it lets no call through.
  if (note.reason === 'paused' && state.paused === null) state.limitsLost = true;
}

async function runChild(state: BatchState, entry: OpenModule): Promise<ModuleEnd | 'busy'> {
  state.pendingStarts += 1;
  let pending = true;
  const started = (): void => {
    if (pending) state.pendingStarts -= 1;
    pending = false;
  };
  try {
    const { workflow } = OPERATIONS[state.input.operation];
    const { live } = state;
    const options = childOptions(state, entry.queued);
    // Not in the module's scope: a cancel that is sent before the child has started goes to the module's last closed run,
    // and the child never hears of it (seen with stops in the burst of child starts).
    const child = await CancellationScope.nonCancellable(() => startChild<Workflow>(workflow, options));
    started();
    entry.runId = child.firstExecutionRunId;
    entry.sendSettings = () => void child.signal(SETTINGS_SIGNAL, state.live).catch(() => undefined);
    if (state.live !== live) entry.sendSettings();
    entry.scope.cancelRequested.catch(() => cancelRun(child.workflowId, child.firstExecutionRunId));
    return (await CancellationScope.nonCancellable(() => child.result())) as ModuleEnd;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return 'busy';
    throw error;
  } finally {
    started();
  }
}

/** Cancels this very run of a module; one that has closed meanwhile needs none. */
async function cancelRun(workflowId: string, runId: string): Promise<void> {
  const run = getExternalWorkflowHandle(workflowId, runId);
  await CancellationScope.nonCancellable(() => run.cancel()).catch(() => undefined);
}

function childOptions(state: BatchState, queued: QueuedModule): ChildWorkflowOptions & { args: [ModuleInput] } {
  const { module, note, force, answer, personNote } = queued;
  const { input, settings } = state;
  const { taskId, workspaceId, operation } = input;
  const told = { ...(answer && { answer }), ...(personNote !== undefined && { personNote }) };
  const args: [ModuleInput] = [{ taskId, workspaceId, operation, module, settings, note, force, ...told }];
  return {
    workflowId: moduleWorkflowId(workspaceId, module),
    args,
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    // A worker killed during a local activity costs this time-out.
    workflowTaskTimeout: '3s',
    staticSummary: `${operation} ${moduleKey(module)}`,
    typedSearchAttributes: moduleAttributes({ ...input, settings }, module),
  };
}

function noteBusy(state: BatchState, queued: QueuedModule): void {
  const { busyTries } = state.input.settings;
  if (queued.busyTries < busyTries) state.busy.push({ ...queued, busyTries: queued.busyTries + 1 });
  else state.endWithout(queued.module, 'CONFLICT', `another task holds it; tried ${queued.busyTries + 1} times`);
}

function noteFailure(state: BatchState, entry: OpenModule, error: unknown): void {
  const { module } = entry.queued;
  scoutReturned(state, module.slug, null);
  if (isCancellation(error)) return state.endWithout(module, entry.cancelledAs, '', entry.runId);
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  return state.endWithout(module, 'ERROR', message.slice(0, 500), entry.runId, 'Bug');
}
