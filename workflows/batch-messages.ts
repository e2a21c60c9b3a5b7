/** The verbs on one module, as updates for the CLI and as signals of the same names for the Web UI. */
import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  setHandler,
} from '@temporalio/workflow';
import { answerOnce } from './answer-once.ts';
import type { BatchState } from './batch-state.ts';
import { MESSAGES, PROGRESS_QUERY, type BatchProgress, type ModuleAnswer, type PlannedModule } from './contract.ts';

type Verb = keyof typeof MESSAGES;
type Handle = (state: BatchState, module: PlannedModule) => Promise<ModuleAnswer>;

const HANDLERS: Record<Verb, Handle> = { stopModule, retryModule };

/** Registers all handlers; called before the first await, so that no message finds none. */
export function handleMessages(state: BatchState): void {
  setHandler(defineQuery<BatchProgress>(PROGRESS_QUERY), () => state.progress);
  for (const verb of Object.values(MESSAGES)) {
    setHandler(
      defineUpdate<ModuleAnswer, [string]>(verb),
      (module) => answerOnce(state, () => act(state, verb, module)),
      {
        validator: validModule,
      },
    );
    setHandler(defineSignal<[string]>(verb), (module) => answerSignal(state, verb, module));
  }
}

function validModule(module: unknown): asserts module is string {
  if (typeof module === 'string' && module.length > 0 && module.length <= 300) return;
  throw ApplicationFailure.nonRetryable('Name one module: its slug or its number.', 'BadRequest');
}

/** A signal has no answer: what became of it goes to the log, and one that is not valid changes nothing. */
async function answerSignal(state: BatchState, verb: Verb, module: unknown): Promise<void> {
  const { taskId } = state.input;
  try {
    validModule(module);
    const answer = await act(state, verb, module);
    await state.steps.run('logTask', { taskId, event: verb, text: `${module}: ${answer.detail} (signal)` });
  } catch (error) {
    if (isCancellation(error)) return;
    const reason = error instanceof Error ? error.message : String(error);
    await state.steps.run('logTask', { taskId, event: verb, text: `signal ignored: ${reason}`.slice(0, 500) });
  }
}

async function act(state: BatchState, verb: Verb, module: string): Promise<ModuleAnswer> {
  const found = await state.steps.run('findModule', { taskId: state.input.taskId, module });
  if (found === null)
    throw ApplicationFailure.nonRetryable(`Task ${state.input.taskId} has no module ${module}.`, 'BadRequest');
  return HANDLERS[verb](state, found);
}

async function stopModule(state: BatchState, module: PlannedModule): Promise<ModuleAnswer> {
  const open = state.open.get(module.slug);
  if (open !== undefined) {
    // Aborts first: the server's cancel reaches a call only with its next heartbeat, up to a second later.
    await state.steps.run('abortModule', { taskId: state.input.taskId, slug: module.slug });
    open.scope.cancel();
    await open.closed;
    const outcome = state.outcomeOf(module);
    return { changed: outcome === 'STOPPED', detail: outcome === 'STOPPED' ? 'stopped' : `had ended as ${outcome}` };
  }
  const outcome = state.outcomeOf(module);
  if (outcome !== null) return { changed: false, detail: `no change: it had ended as ${outcome}` };
  state.unqueue(module.slug);
  state.endWithout(module, 'STOPPED', 'stopped before it started');
  return { changed: true, detail: 'stopped before it started' };
}

async function retryModule(state: BatchState, module: PlannedModule): Promise<ModuleAnswer> {
  if (state.open.has(module.slug))
    return { changed: false, detail: 'no change: it is running; stop it first to start it anew' };
  const outcome = state.outcomeOf(module);
  if (outcome !== null) {
    state.reopen({ ...module, generation: module.generation + 1 });
    return { changed: true, detail: `runs again at the front; it had ended as ${outcome}` };
  }
  const queued = state.again.some((other) => other.module.slug === module.slug);
  if (queued) return { changed: false, detail: 'no change: it is next already' };
  state.unqueue(module.slug);
  state.again.unshift({ ...state.fresh(module), force: true });
  return { changed: true, detail: 'moved to the front' };
}
