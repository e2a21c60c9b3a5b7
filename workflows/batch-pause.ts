/** Pause, resume, drain and the retry of all that failed: the messages on a whole batch, and the pauses that it takes by itself. */
import { condition, isCancellation } from '@temporalio/workflow';
import { NOTHING_SEEN, tripped } from '../src/domain/breaker.ts';
import { FAILED_CLASSES, moduleFailed } from '../src/domain/failed.ts';
import { upsertStatus } from './attributes.ts';
import type { BatchState } from './batch-state.ts';
import {
  TASK_MESSAGES,
  type Answer,
  type Pause,
  type PauseRequest,
  type RetryFailedRequest,
  type Steering,
} from './contract.ts';
import { badRequest, handleMessage, type Message } from './messages.ts';
import { sendLimits } from './send-limits.ts';
import { byText, checkSteering } from './steering.ts';

/** Registers the messages; called before the first await. */
export function handlePause(state: BatchState): void {
  const steering = (name: string, act: (request: Steering) => Promise<Answer>): Message<Steering> => ({
    name,
    check: orNothing(checkSteering),
    act,
    subject: () => '',
  });
  handleMessage(state, {
    ...steering(TASK_MESSAGES.pause, (request) => pause(state, request)),
    check: orNothing(checkPause),
  });
  handleMessage(
    state,
    steering(TASK_MESSAGES.resume, (request) => resume(state, request)),
  );
  handleMessage(
    state,
    steering(TASK_MESSAGES.drain, (request) => drain(state, request)),
  );
  handleMessage<RetryFailedRequest>(state, {
    name: TASK_MESSAGES.retryFailed,
    check: orNothing(checkClasses),
    act: (request) => retryFailed(state, request),
    subject: () => '',
  });
}

/** From the Web UI a message may come without an argument. */
const orNothing =
  (check: (argument: unknown) => void) =>
  (argument: unknown): void => {
    if (argument !== undefined) check(argument);
  };

function checkPause(argument: unknown): void {
  checkSteering(argument);
  const { now = false } = argument as PauseRequest;
  if (typeof now !== 'boolean') throw badRequest('"now" is true or false.');
}

function checkClasses(argument: unknown): void {
  checkSteering(argument);
  const { classes = [] } = argument as RetryFailedRequest;
  const isKnown = (name: unknown): boolean => typeof name === 'string' && FAILED_CLASSES.includes(name);
  if (!Array.isArray(classes) || !classes.every(isKnown))
    throw badRequest(`"classes" is a list of these: ${FAILED_CLASSES.join(', ')}.`);
}

const goOn = (state: BatchState): string => `Go on: batch-manager resume ${state.input.taskId}`;

async function pause(state: BatchState, request: PauseRequest = {}): Promise<Answer> {
  const { now = false } = request;
  const wasPaused = state.paused !== null;
  if (wasPaused && !(now && state.open.size > 0)) return { changed: false, detail: 'no change: it is paused already' };
  const open = state.open.size;
  await pauseWith(state, { wait: 'person', text: `paused${byText(request)}` }, now);
  const rest = open === 0 ? '' : now ? '; the calls in flight were aborted' : '; the calls in flight end first';
  return { changed: true, detail: `paused${rest}` };
}

/** Why a batch pauses: as a word, and for people. */
type Why = Required<Pause>;

/** Lets no call start any more; modules in the middle of their loop close at their next call and keep their place. */
async function pauseWith(state: BatchState, { wait, text }: Why, abort: boolean): Promise<void> {
  state.paused ??= { wait, text: `${text}. ${goOn(state)}` };
  const { taskId } = state.input;
  await state.steps.run('setLimits', { taskId, concurrency: 0, budgetUsd: state.live.budgetUsd, abort });
  upsertStatus('paused');
  await state.steps.run('logTask', { taskId, event: TASK_MESSAGES.pause, text });
}

async function resume(state: BatchState, request: Steering = {}): Promise<Answer> {
  if (state.paused === null) return { changed: false, detail: 'no change: it is not paused' };
  state.paused = null;
  state.breaker = NOTHING_SEEN;
  if (state.canariesEnded) state.canaryOver = true;
  await sendLimits(state);
  upsertStatus('running');
  const text = `goes on${byText(request)}`;
  await state.steps.run('logTask', { taskId: state.input.taskId, event: TASK_MESSAGES.resume, text });
  return { changed: true, detail: 'goes on' };
}

/** Starts nothing more; what is open ends by itself, and so does the batch then. */
async function drain(state: BatchState, request: Steering = {}): Promise<Answer> {
  if (state.ending) return { changed: false, detail: 'no change: it ends already once its open modules have ended' };
  state.ending = true;
  const open = state.open.size;
  const detail = `starts nothing more; ${open} open ${open === 1 ? 'module ends' : 'modules end'} first`;
  const text = `${detail}${byText(request)}`;
  await state.steps.run('logTask', { taskId: state.input.taskId, event: TASK_MESSAGES.drain, text });
  return { changed: true, detail };
}

async function retryFailed(state: BatchState, request: RetryFailedRequest = {}): Promise<Answer> {
  if (state.ending) return { changed: false, detail: 'no change: the task ends, nothing more is started' };
  const { taskId } = state.input;
  const unrecorded = state.unrecorded.map(({ slug, outcome, failure }) => ({ slug, outcome, failure }));
  const found = await state.steps.run('failedModules', { taskId, classes: request.classes ?? null, unrecorded });
  // The record may be behind: what this run knows counts.
  const failed = found.filter((module) => {
    const outcome = state.outcomeOf(module);
    return outcome !== null && moduleFailed(outcome);
  });
  for (const module of failed.toReversed()) state.reopen({ ...module, generation: module.generation + 1 });
  if (failed.length === 0) return { changed: false, detail: 'no change: no such module failed' };
  const detail = `${failed.length} ${failed.length === 1 ? 'module runs' : 'modules run'} again, at the front`;
  const text = `${detail}${byText(request)}`;
  await state.steps.run('logTask', { taskId, event: TASK_MESSAGES.retryFailed, text });
  return { changed: true, detail };
}

/** Pauses the batch where it is of no use to go on, or where a person wants to look first; runs until it is cancelled. */
export async function pauseByItself(state: BatchState): Promise<void> {
  try {
    for (;;) {
      await condition(() => state.paused === null && whyToPause(state) !== null);
      const why = whyToPause(state);
      if (why !== null) await pauseWith(state, { ...why, text: `paused: ${why.text}` }, false);
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
}

/** Null where nothing is left to start: a pause would only keep the task open. */
function whyToPause(state: BatchState): Why | null {
  if (state.ending || !state.hasNext) return null;
  const { canary } = state.input.settings;
  if (state.canariesEnded)
    return {
      wait: 'canary',
      text: `the first ${canary === 1 ? 'module has' : `${canary} modules have`} ended, look at them`,
    };
  return tripped(state.breaker, state.input.settings);
}
