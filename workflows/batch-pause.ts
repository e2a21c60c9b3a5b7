/** Pause, resume, drain and the retry of all that failed: the messages on a whole batch, and the pauses that it takes by itself. */
import { condition, isCancellation } from '@temporalio/workflow';
import { NOTHING_SEEN, tripped } from '../src/domain/breaker.ts';
import { FAILED_CLASSES, moduleFailed } from '../src/domain/failed.ts';
import { upsertStatus } from './attributes.ts';
import { mendText } from '../src/domain/mend.ts';
import { startWaiting, waitsForProvider } from './batch-parked.ts';
import type { BatchState } from './batch-state.ts';
import {
  TASK_MESSAGES,
  type Answer,
  type Pause,
  type PauseRequest,
  type ResumeRequest,
  type RetryFailedRequest,
  type Steering,
  type WaitNote,
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
    check: orNothing(checkNow),
  });
  handleMessage(state, {
    ...steering(TASK_MESSAGES.resume, (request) => resume(state, request)),
    check: orNothing(checkNow),
  });
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

function checkNow(argument: unknown): void {
  checkSteering(argument);
  const { now = false } = argument as PauseRequest | ResumeRequest;
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
interface Why extends Required<Pause> {
  /** How it goes on, where that takes more than `resume`. */
  readonly mend?: string;
}

/** Lets no call start any more; modules in the middle of their loop close at their next call and keep their place. */
async function pauseWith(state: BatchState, { wait, text, mend }: Why, abort: boolean): Promise<void> {
  state.paused ??= { wait, text: `${text.replace(/\.$/, '')}. ${mend ?? goOn(state)}` };
  state.blocked = null;
  const { taskId } = state.input;
  await state.steps.run('setLimits', { taskId, concurrency: 0, budgetUsd: state.live.budgetUsd, abort });
  upsertStatus('paused');
  await state.steps.run('logTask', { taskId, event: TASK_MESSAGES.pause, text });
}

async function resume(state: BatchState, request: ResumeRequest = {}): Promise<Answer> {
  const lifted = request.now === true ? await liftGates(state) : null;
  if (state.paused === null) return lifted ?? { changed: false, detail: notPaused(state) };
  state.paused = null;
  state.breaker = NOTHING_SEEN;
  state.resumes += 1;
  state.resumedAt = Date.now();
  if (state.canariesEnded) state.canaryOver = true;
  await sendLimits(state);
  upsertStatus('running');
  const text = `goes on${byText(request)}`;
  await state.steps.run('logTask', { taskId: state.input.taskId, event: TASK_MESSAGES.resume, text });
  return { changed: true, detail: lifted?.changed === true ? `goes on; ${lifted.detail}` : 'goes on' };
}

const notPaused = (state: BatchState): string =>
  state.parked.some(waitsForProvider)
    ? `no change: it is not paused. It waits for a provider; ask at once: batch-manager resume ${state.input.taskId} --now`
    : 'no change: it is not paused';

/** Opens the gates of the task's models, and starts what waits for them. */
async function liftGates(state: BatchState): Promise<Answer> {
  const { taskId } = state.input;
  const { model, reviewModel } = state.live;
  const lifted = await state.steps.run('liftGates', { models: [...new Set([model, reviewModel])] });
  state.resumedAt = Date.now();
  const started = startWaiting(state);
  if (lifted.length === 0 && started === 0)
    return { changed: false, detail: 'no change: nothing waits for a provider' };
  const modules = started === 0 ? '' : `${started} ${started === 1 ? 'module starts' : 'modules start'} again`;
  const gates = lifted.length === 0 ? '' : `asks ${lifted.join(' and ')} again at once`;
  const detail = [gates, modules].filter((part) => part !== '').join('; ');
  await state.steps.run('logTask', { taskId, event: TASK_MESSAGES.resume, text: detail });
  return { changed: true, detail };
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
  if (state.ending) return null;
  const outage = longOutage(state);
  if (outage !== null) return outage;
  if (!state.hasNext) return null;
  if (state.blocked !== null) return whyBlocked(state, state.blocked);
  const { canary } = state.input.settings;
  if (state.canariesEnded)
    return {
      wait: 'canary',
      text: `the first ${canary === 1 ? 'module has' : `${canary} modules have`} ended, look at them`,
    };
  return tripped(state.breaker, state.input.settings);
}

/** An outage that has lasted for longer than the task is to wait. */
function longOutage(state: BatchState): Why | null {
  const { outageLimitMs } = state.input.settings;
  const { outage } = state;
  if (outageLimitMs === 0 || outage === null) return null;
  // After a resume it is waited out anew.
  if (Date.now() - Math.max(Date.parse(outage.since), state.resumedAt) < outageLimitMs) return null;
  return {
    wait: 'outage',
    text: `${outage.detail ?? 'a provider'}; down since ${outage.since}, longer than outage-limit`,
  };
}

function whyBlocked(state: BatchState, { detail, failure = 'NotCallable', model = '' }: WaitNote): Why {
  const ofReviews = model === state.live.reviewModel && model !== state.live.model;
  const mend = mendText({ failure, taskId: state.input.taskId, model, ofReviews });
  return { wait: 'breaker', text: detail ?? failure, mend };
}
