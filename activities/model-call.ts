/**
 * The model call. It is pure: prompt hash in, reply hash out; it touches no module. Invariants:
 * 1. A reply is on disk before the activity returns, and is looked up at the start and again once the permit is held: what
 *    was got is never paid again, but for a reply that was of no use to the task that got it: another task asks for a new one.
 * 2. A bad reply is a value, not a failure. Only what is outside of the reply's text fails, and a provider's faults are
 *    retried in here: Temporal's attempts are for the death of the worker.
 * 3. Once the combined signal (the context's and our own) is aborted, nothing but its reason leaves the activity.
 * 4. The request belongs to its task, not to the attempt that began it: an attempt that the server has given up leaves, and its
 *    request goes on to the reply, which the next attempt takes up.
 */
import { activityInfo, heartbeat } from '@temporalio/activity';
import type { Attempt, Control } from '../src/concurrency/flights.ts';
import { TurnedBack } from '../src/concurrency/gates.ts';
import { ABORTED_TEXT, CACHED_TEXT, GIVEN_UP_TEXT, turnedBackText } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import type { Ask } from '../src/model/model.ts';
import { appendLog } from '../src/store/task-log.ts';
import type { CallInput, CallResult } from '../workflows/step-contract.ts';
import { callKeys } from './call-keys.ts';
import type { Deps, FlightResult } from './deps.ts';
import { askUntilDone, type Beat, type Call } from './ask-model.ts';
import { attemptSignals } from './attempt.ts';
import type { Tries } from './retry-policy.ts';

/** Beats twice a second; the worker's throttle sends one a second, and its answer brings a cancel from the server. */
const BEAT_MS = 500;

/** The activity for one kind of ask; `review`, `fix` and `research` are the same function under the product's words. */
export function createModelCall(
  deps: Deps,
  ask: 'review' | 'fix' | 'research',
): (input: CallInput) => Promise<CallResult> {
  /** What the calls in hand do: an attempt that joins one tells the server of it. */
  const beats = new Map<string, Beat>();
  return async (input) => {
    const { settings, module, taskId } = input;
    const name = ask === 'review' ? settings.reviewModel : settings.model;
    const asked: Ask = input.again ? 'again' : ask;
    const { key, sharedKey } = callKeys(input, { ask: asked, model: name, prompt: input.prompt });
    const log = (text: string): Promise<void> =>
      appendLog(deps.workspace, taskId, { subject: moduleKey(module), event: `${ask} r${input.round}`, text });
    const cached = await deps.replies.usable(key, taskId);
    if (cached !== null) {
      await log(CACHED_TEXT);
      return { kind: 'reply', reply: key, ms: activityInfo().attempt > 1 ? cached.ms : 0, cached: true };
    }
    const registered = deps.gates.register(taskId, module.slug);
    const beat: Beat = { phase: 'waiting', until: null, tries: triesBefore() };
    const beating = setInterval(() => heartbeat(beats.get(key) ?? beat), BEAT_MS);
    const { ended, gone } = attemptSignals();
    const signal = AbortSignal.any([ended, registered.signal]);
    const attempt: Attempt = { taskId, signal, gone, turnedBack: registered.turnedBack };
    const fly = async (control: Control): Promise<FlightResult> => {
      beats.set(key, beat);
      try {
        return await registeredCall({ deps, input, ask: asked, name, key, sharedKey, beat, log }, control);
      } finally {
        beats.delete(key);
      }
    };
    try {
      const flight = await deps.flights.run(key, attempt, fly);
      if (flight.kind === 'wait' && flight.reason === 'paused') await log(turnedBackText('paused'));
      return resultOf(flight, key);
    } catch (error) {
      const reason: unknown = signal.aborted ? signal.reason : error;
      if (reason instanceof TurnedBack) {
        await log(turnedBackText(reason.reason));
        return { kind: 'wait', reason: reason.reason, until: null, detail: null };
      }
      if (signal.aborted) await log(ABORTED_TEXT).catch(() => undefined);
      else if (gone.aborted) await log(GIVEN_UP_TEXT).catch(() => undefined);
      throw reason;
    } finally {
      clearInterval(beating);
      registered.unregister();
    }
  };
}

type CallOfTask = Omit<Call, 'signal' | 'waiting' | 'isAwaited'>;

/** Makes the call under its task's control, whatever becomes of the attempts that wait for it. */
async function registeredCall(call: CallOfTask, control: Control): Promise<FlightResult> {
  const { deps, input } = call;
  const registered = deps.gates.register(input.taskId, input.module.slug);
  const signal = AbortSignal.any([control.signal, registered.signal]);
  const waiting = AbortSignal.any([signal, registered.turnedBack]);
  try {
    return await underPermit({ ...call, signal, waiting, isAwaited: () => control.isAwaited() });
  } catch (error) {
    // A wait that is aborted throws an AbortError: the signals themselves say why.
    throw signal.aborted ? signal.reason : waiting.aborted ? waiting.reason : error;
  } finally {
    registered.unregister();
  }
}

const triesBefore = (): Tries => ({ ...(activityInfo().heartbeatDetails as Beat | undefined)?.tries });

const resultOf = (flight: FlightResult, key: string): CallResult =>
  flight.kind === 'reply' ? { kind: 'reply', reply: key, ms: flight.ms, cached: false } : flight;

async function underPermit(call: Call): Promise<FlightResult> {
  const { deps, key, input, waiting } = call;
  const permit = await deps.gates.acquire(input.taskId, waiting);
  if (permit === null) return { kind: 'wait', reason: 'paused', until: null, detail: null };
  try {
    const known = await deps.replies.usable(key, input.taskId);
    return known === null ? await askUntilDone(call) : { kind: 'reply', ms: known.ms };
  } finally {
    permit.release();
  }
}
