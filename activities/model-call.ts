/**
 * The model call. It is pure: prompt hash in, reply hash out; it touches no module. Invariants:
 * 1. A reply is on disk before the activity returns, and is looked up at the start and again once the permit is held: what
 *    was got is never paid again.
 * 2. A bad reply is a value, not a failure. Only what is outside of the reply's text fails, and a provider's faults are
 *    retried in here: Temporal's attempts are for the death of the worker.
 * 3. Once the combined signal (the context's and our own) is aborted, nothing but its reason leaves the activity.
 */
import { activityInfo, cancellationSignal, heartbeat } from '@temporalio/activity';
import prettyMs from 'pretty-ms';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Permit } from '../src/concurrency/gates.ts';
import { ABORTED_TEXT, CACHED_TEXT } from '../src/domain/log-texts.ts';
import { TypedError } from '../src/domain/failure.ts';
import { moduleKey } from '../src/domain/module.ts';
import type { Ask, ModelReply } from '../src/model/model.ts';
import { faultPoint } from '../src/process/fault-point.ts';
import { replyKey, type StoredReply } from '../src/store/replies.ts';
import { appendLog } from '../src/store/task-log.ts';
import type { CallInput, CallResult } from '../workflows/step-contract.ts';
import type { ClosedGate } from '../src/store/model-gates.ts';
import type { Deps, FlightResult } from './deps.ts';
import { askThroughGate, LongWait, type GatedCall } from './gated.ts';
import { nextMove, type Tries } from './retry-policy.ts';

/** Beats twice a second; the worker's throttle sends one a second, and its answer brings a cancel from the server. */
const BEAT_MS = 500;

/** How often a held call looks whether the hold is over, ms. */
const HOLD_POLL_MS = 50;

/** How often it is tried to keep a reply on a full disk, ms. */
const SPACE_POLL_MS = 2000;

/** What the Web UI shows of a call in hand, and what survives the worker's death. */
interface Beat {
  phase: 'waiting' | 'asking' | 'backing off' | 'waiting for the provider' | 'waiting for disk space';
  until: string | null;
  tries: Tries;
}

/** One call of one activity attempt. */
interface Call {
  readonly deps: Deps;
  readonly input: CallInput;
  readonly ask: Ask;
  /** `provider/model`. */
  readonly name: string;
  readonly key: string;
  readonly signal: AbortSignal;
  readonly beat: Beat;
  log(text: string): Promise<void>;
}

/** The activity for one kind of ask; `review`, `fix` and `research` are the same function under the product's words. */
export function createModelCall(
  deps: Deps,
  ask: 'review' | 'fix' | 'research',
): (input: CallInput) => Promise<CallResult> {
  return async (input) => {
    const { settings, module, taskId } = input;
    const name = ask === 'review' ? settings.reviewModel : settings.model;
    const asked: Ask = input.again ? 'again' : ask;
    const key = replyKey({ ask: asked, model: name, prompt: input.prompt, generation: module.generation });
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
    try {
      const call = { deps, input, ask: asked, name, key, signal, beat, log };
      return resultOf(await deps.flights.run(key, signal, () => underPermit(call)), key);
    } catch (error) {
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
  const { deps, key } = call;
  const permit = await firstPermit(call);
  if (permit === null) return { kind: 'wait', reason: 'paused', until: null, detail: null };
  try {
    const known = await deps.replies.get(key);
    return known === null ? await askUntilDone(call) : { kind: 'reply', ms: known.ms };
  } finally {
    permit.release();
  }
}

/** A permit, once no stop holds the task: the CLI's hold file stands before its cancel request is sent. */
async function firstPermit({ deps, input, signal }: Call): Promise<Permit | null> {
  const permit = await deps.gates.acquire(input.taskId, signal);
  try {
    if (permit !== null) await untilReleased(deps, input.taskId, signal);
    return permit;
  } catch (error) {
    permit?.release();
    throw error;
  }
}

async function untilReleased(deps: Deps, taskId: string, signal: AbortSignal): Promise<void> {
  while (await deps.limits.held(taskId)) await sleep(HOLD_POLL_MS, undefined, { signal });
}

/** Asks until there is a reply, its time is used up, or it has to wait for long. Only the work counts, not the waits. */
async function askUntilDone(call: Call): Promise<FlightResult> {
  const prompt = await call.deps.work.prompt(call.input.prompt);
  const gated = gatedCall(call);
  let worked = 0;
  const ask = async (): Promise<FlightResult> => {
    call.beat.phase = 'asking';
    await call.log(`asking ${call.name}`);
    const started = Date.now();
    try {
      const reply = await askWithin(call, prompt, call.input.limitMs - worked);
      const ms = worked + Date.now() - started;
      if (reply === 'timeout') return { kind: 'timeout', ms };
      await keep(call, reply, ms);
      return { kind: 'reply', ms };
    } finally {
      worked += Date.now() - started;
    }
  };
  for (;;) {
    try {
      return await askThroughGate(gated, ask);
    } catch (error) {
      call.signal.throwIfAborted();
      if (error instanceof LongWait) return longWait(call, error.gate);
      await afterFailure(call, gated, error);
    }
  }
}

function gatedCall(call: Call): GatedCall {
  const { deps, signal, beat } = call;
  const { model, name } = deps.model(call.name);
  return {
    deps,
    gate: model.gate(name),
    signal,
    async onWait(gate) {
      Object.assign(beat, { phase: 'waiting for the provider', until: gate?.until ?? null });
      if (gate !== null) await call.log(`waiting for ${gate.model} until ${gate.until}: ${gate.reason}`);
    },
  };
}

async function longWait(call: Call, gate: ClosedGate): Promise<FlightResult> {
  await call.log(`waiting for ${gate.model} until ${gate.until}; the module closes until then`);
  return { kind: 'wait', reason: 'quota', until: gate.until, detail: gate.model };
}

/**
 * Waits out what may be tried again in here. What concerns all calls of the model closes its gate, and is waited for there.
 * @throws what ends the module.
 */
async function afterFailure(call: Call, { gate }: GatedCall, error: unknown): Promise<void> {
  const move = nextMove(error, call.beat.tries, call.deps.waitScale);
  if (move.kind === 'fail') throw move.error;
  await call.log(move.message);
  if (move.kind === 'close-gate' && gate !== null) {
    await call.deps.modelGates.close(gate, call.name, move.ms, move.reason);
    return;
  }
  const until = new Date(Date.now() + move.ms).toISOString();
  Object.assign(call.beat, { phase: 'backing off', until });
  await sleep(move.ms, undefined, { signal: call.signal });
  call.beat.until = null;
}

/** One request; `timeout` where it took longer than it may. */
async function askWithin(call: Call, prompt: string, limitMs: number): Promise<ModelReply | 'timeout'> {
  const { model, name } = call.deps.model(call.name);
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(), Math.max(0, limitMs));
  const signal = AbortSignal.any([call.signal, timeout.signal]);
  try {
    return await model.ask({ ask: call.ask, model: name, prompt, signal });
  } catch (error) {
    if (timeout.signal.aborted && !call.signal.aborted) return 'timeout';
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Keeps a reply on disk. It is kept even when a stop arrived meanwhile: it was paid. */
async function keep(call: Call, reply: ModelReply, ms: number): Promise<void> {
  const { ask, name } = call;
  faultPoint('call:replied');
  await putOnceThereIsSpace(call, { ask, model: name, ...reply, ms, at: new Date().toISOString() });
  faultPoint('call:kept');
  const tokens =
    reply.usage.outputTokens === null ? '' : `, ${reply.usage.inputTokens ?? '?'} + ${reply.usage.outputTokens} tokens`;
  await call.log(`replied in ${prettyMs(ms)}${tokens}`);
}

/** A full disk is waited out with the reply in hand: an attempt that failed of it would pay for the same reply again. */
async function putOnceThereIsSpace(call: Call, reply: StoredReply): Promise<void> {
  for (;;) {
    try {
      await call.deps.replies.put(call.key, reply);
      return;
    } catch (error) {
      if (!(error instanceof TypedError && error.retryable)) throw error;
      call.beat.phase = 'waiting for disk space';
      // The log may lie on the same disk.
      await call.log(error.message).catch(() => undefined);
      await sleep(SPACE_POLL_MS, undefined, { signal: call.signal });
    }
  }
}
