/**
 * The model call. It is pure: prompt hash in, reply hash out; it touches no module. Invariants:
 * 1. A reply is on disk before the activity returns, and is looked up at the start and again once the permit is held: what
 *    was got is never paid again.
 * 2. A bad reply is a value, not a failure. Only what is outside of the reply's text fails, and a provider's faults are
 *    retried in here: Temporal's attempts are for the death of the worker.
 * 3. Once the combined signal (the context's and our own) is aborted, nothing but its reason leaves the activity.
 */
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import { TurnedBack } from '../src/concurrency/gates.ts';
import { ABORTED_TEXT, CACHED_TEXT, turnedBackText } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import type { Ask } from '../src/model/model.ts';
import { replyKey } from '../src/store/replies.ts';
import { appendLog } from '../src/store/task-log.ts';
import type { CallInput, CallResult } from '../workflows/step-contract.ts';
import type { Deps, FlightResult } from './deps.ts';
import { askUntilDone, type Beat, type Call } from './ask-model.ts';
import type { Tries } from './retry-policy.ts';

/** Beats twice a second; the worker's throttle sends one a second, and its answer brings a cancel from the server. */
const BEAT_MS = 500;

/** The activity for one kind of ask; `review`, `fix` and `research` are the same function under the product's words. */
export function createModelCall(
  deps: Deps,
  ask: 'review' | 'fix' | 'research',
): (input: CallInput) => Promise<CallResult> {
  return async (input) => {
    const { settings, module, taskId } = input;
    const name = ask === 'review' ? settings.reviewModel : settings.model;
    const asked: Ask = input.again ? 'again' : ask;
    const shared = { ask: asked, model: name, prompt: input.prompt, generation: module.generation };
    const sharedKey = replyKey(shared);
    // With the task in it the key finds what this task paid for, over every crash, and no other task's replies.
    const key = settings.noCache ? replyKey({ ...shared, task: taskId }) : sharedKey;
    const log = (text: string): Promise<void> =>
      appendLog(deps.workspace, taskId, { subject: moduleKey(module), event: `${ask} r${input.round}`, text });
    const cached = await deps.replies.get(key);
    if (cached !== null) {
      await log(CACHED_TEXT);
      return { kind: 'reply', reply: key, ms: activityInfo().attempt > 1 ? cached.ms : 0, cached: true };
    }
    const registered = deps.gates.register(taskId, module.slug);
    const beat: Beat = { phase: 'waiting', until: null, tries: triesBefore() };
    const beating = setInterval(() => heartbeat(beat), BEAT_MS);
    const signal = AbortSignal.any([cancellationSignal(), registered.signal]);
    const waiting = AbortSignal.any([signal, registered.turnedBack]);
    try {
      const call = { deps, input, ask: asked, name, key, sharedKey, signal, waiting, beat, log };
      const flight = await deps.flights.run(key, waiting, () => underPermit(call));
      if (flight.kind === 'wait' && flight.reason === 'paused') await log(turnedBackText('paused'));
      return resultOf(flight, key);
    } catch (error) {
      // A wait that is aborted throws an AbortError: the signals themselves say why.
      const reason: unknown = signal.aborted ? signal.reason : waiting.aborted ? waiting.reason : error;
      if (reason instanceof TurnedBack) {
        await log(turnedBackText(reason.reason));
        return { kind: 'wait', reason: reason.reason, until: null, detail: null };
      }
      if (!signal.aborted) throw error;
      await log(ABORTED_TEXT).catch(() => undefined);
      throw signal.reason;
    } finally {
      clearInterval(beating);
      registered.unregister();
    }
  };
}

const triesBefore = (): Tries => ({ ...(activityInfo().heartbeatDetails as Beat | undefined)?.tries });

const resultOf = (flight: FlightResult, key: string): CallResult =>
  flight.kind === 'reply' ? { kind: 'reply', reply: key, ms: flight.ms, cached: false } : flight;

async function underPermit(call: Call): Promise<FlightResult> {
  const { deps, key, input, waiting } = call;
  const permit = await deps.gates.acquire(input.taskId, waiting);
  if (permit === null) return { kind: 'wait', reason: 'paused', until: null, detail: null };
  try {
    const known = await deps.replies.get(key);
    return known === null ? await askUntilDone(call) : { kind: 'reply', ms: known.ms };
  } finally {
    permit.release();
  }
}
