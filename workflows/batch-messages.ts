/** The verbs on one module of a batch. */
import type { Outcome } from '../src/domain/outcome.ts';
import { defineQuery, setHandler } from '@temporalio/workflow';
import type { BatchState, OpenModule } from './batch-state.ts';
import { MESSAGES, PROGRESS_QUERY, type Answer, type BatchProgress, type PlannedModule } from './contract.ts';
import { badRequest, handleMessage, isModuleName, unknownModule } from './messages.ts';

type Verb = keyof typeof MESSAGES;
type Handle = (state: BatchState, module: PlannedModule) => Promise<Answer>;

const HANDLERS: Record<Verb, Handle> = {
  stopModule: (state, module) => endModule(state, module, 'STOPPED'),
  skipModule: (state, module) => endModule(state, module, 'SKIPPED'),
  retryModule,
};

/** Registers all handlers; called before the first await, so that no message finds none. */
export function handleMessages(state: BatchState): void {
  setHandler(defineQuery<BatchProgress>(PROGRESS_QUERY), () => state.progress);
  for (const name of Object.values(MESSAGES))
    handleMessage<string>(state, {
      name,
      check: checkModule,
      act: (module) => act(state, name, module),
      subject: (module) => module,
    });
}

function checkModule(module: unknown): asserts module is string {
  if (isModuleName(module)) return;
  throw badRequest('Name one module: its slug or its number.');
}

async function act(state: BatchState, verb: Verb, module: string): Promise<Answer> {
  const found = await state.steps.run('findModule', { taskId: state.input.taskId, module });
  if (found === null) throw unknownModule(state.input.taskId, module);
  return HANDLERS[verb](state, found);
}

/** Ends one module before its time; the others go on. */
async function endModule(state: BatchState, module: PlannedModule, as: OpenModule['cancelledAs']): Promise<Answer> {
  const word = as.toLowerCase();
  const open = state.open.get(module.slug);
  if (open !== undefined) {
    const outcome = await cancelOpen(state, open, as);
    return outcome === as
      ? { changed: true, detail: word }
      : { changed: false, detail: outcome === null ? 'no change: it waits' : `had ended as ${outcome}` };
  }
  const outcome = state.outcomeOf(module);
  if (outcome !== null) return { changed: false, detail: `no change: it had ended as ${outcome}` };
  state.unqueue(module.slug);
  state.endWithout(module, as, `${word} before it started`);
  return { changed: true, detail: `${word} before it started` };
}

/** Cancels an open module and gives what it ended as. */
async function cancelOpen(state: BatchState, open: OpenModule, as: OpenModule['cancelledAs']): Promise<Outcome | null> {
  const { module } = open.queued;
  open.cancelledAs = as;
  // Aborts first: the server's cancel reaches a call only with its next heartbeat, up to a second later.
  await state.steps.run('abortModule', { taskId: state.input.taskId, slug: module.slug });
  open.scope.cancel();
  await open.closed;
  if (state.outcomeOf(module) === null && state.unqueue(module.slug))
    // It had closed to wait before the cancel reached it.
    state.endWithout(module, as, `${as.toLowerCase()} while it waited`, open.runId);
  return state.outcomeOf(module);
}

async function retryModule(state: BatchState, module: PlannedModule): Promise<Answer> {
  if (state.ending) return { changed: false, detail: 'no change: the task ends, nothing more is started' };
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
