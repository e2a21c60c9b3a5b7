/**
 * Asks a model for one reply, through its gate and with the retries of each class of failure, and keeps the reply. A reply is
 * on disk before anything else is done with it: it was paid.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import prettyMs from 'pretty-ms';
import { TypedError } from '../src/domain/failure.ts';
import { blockedText, budgetText, outageText, quotaText } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import { isPlainlyUseless } from '../src/domain/reply.ts';
import type { Sight } from '../src/concurrency/outages.ts';
import { ModelError, type Ask, type ModelReply } from '../src/model/model.ts';
import { isOverridden } from '../src/prompts/prompts.ts';
import { faultPoint } from '../src/process/fault-point.ts';
import { shortageText } from '../src/domain/cost.ts';
import { noPriceLine } from '../src/domain/price-text.ts';
import { believedUsage } from '../src/model/usage.ts';
import { Unawaited } from '../src/concurrency/flights.ts';
import { AwakeClock } from '../src/process/awake-clock.ts';
import type { ClosedGate } from '../src/store/model-gates.ts';
import type { StoredReply } from '../src/store/replies.ts';
import type { CallInput } from '../workflows/step-contract.ts';
import type { Booking, Over } from './books.ts';
import type { Deps, FlightResult } from './deps.ts';
import { askThroughGate, LongWait, type GatedCall, type Passage } from './gated.ts';
import { nextMove, type Move, type Tries } from './retry-policy.ts';

/** How often a held call looks whether the hold is over, ms. */
const HOLD_POLL_MS = 50;

/** How often it is tried to keep a reply on a full disk, ms. */
const SPACE_POLL_MS = 2000;

/** What the Web UI shows of a call in hand, and what survives the worker's death. */
export interface Beat {
  phase: 'waiting' | 'asking' | 'backing off' | 'waiting for the provider' | 'waiting for disk space';
  until: string | null;
  tries: Tries;
}

/** One call of one activity attempt. */
export interface Call {
  readonly deps: Deps;
  readonly input: CallInput;
  readonly ask: Ask;
  /** `provider/model`. */
  readonly name: string;
  readonly key: string;
  /** The key under which other tasks look for this reply; the same but with `--no-cache`. */
  readonly sharedKey: string;
  /** Ends the call at once. */
  readonly signal: AbortSignal;
  /** Ends it where it waits, too; aborted whenever `signal` is. */
  readonly waiting: AbortSignal;
  readonly beat: Beat;
  /** Whether an attempt waits for it: without one nothing is asked. */
  isAwaited(): boolean;
  log(text: string): Promise<void>;
}

/** Asks until there is a reply, its time is used up, or it has to wait for long. Only the work counts, not the waits. */
export async function askUntilDone(call: Call): Promise<FlightResult> {
  const prompt = await call.deps.work.prompt(call.input.prompt);
  const gated = gatedCall(call);
  const { taskId } = call.input;
  let worked = 0;
  const ask = async (): Promise<FlightResult> => {
    const reply = await call.deps.books.ask(
      taskId,
      bookingOf(call),
      {
        budgetUsd: () => call.deps.gates.budgetUsd(taskId),
        moduleBudgetUsd: call.input.settings.moduleBudgetUsd ?? 0,
        promptLength: prompt.length,
        signal: call.waiting,
        whenFree: async () => {
          await untilReleased(call);
          // Its attempts have gone, and none has come back for it: a request now would be made for nobody.
          if (!call.isAwaited()) throw new Unawaited();
        },
      },
      // Only from here on it works: before, it may have waited for money.
      async () => {
        call.beat.phase = 'asking';
        await call.log(`asking ${call.name}`);
        // Not the clock of the day: one that is set meanwhile would add an hour to a call.
        const clock = new AwakeClock();
        try {
          return await askWithin(call, prompt, clock, call.input.limitMs - worked);
        } finally {
          clock.stop();
          worked += clock.elapsed;
        }
      },
      (got) => keep(call, got, worked),
    );
    if (typeof reply === 'object' && 'over' in reply) return overBudget(call, reply);
    return reply === 'timeout' ? { kind: 'timeout', ms: worked } : { kind: 'reply', ms: worked };
  };
  for (;;) {
    let passage: Passage = { isProbe: false, askedAt: Date.now() };
    try {
      // Before the gate and the ledger, too: who waits here holds up nobody at the gate, and a kill leaves no line open.
      await untilReleased(call);
      const passed = (through: Passage): Promise<FlightResult> => {
        passage = through;
        return ask();
      };
      return await askThroughGate(gated, passed, ({ kind }) => kind === 'reply');
    } catch (error) {
      call.signal.throwIfAborted();
      if (error instanceof LongWait) return longWait(call, error.gate);
      const blocked = await afterFailure(call, gated, passage, error);
      if (blocked !== null) return blocked;
    }
  }
}

/** Waits while a stop holds the task: its hold file stands before its cancel request is sent. */
async function untilReleased({ deps, input, waiting }: Call): Promise<void> {
  while (await deps.limits.held(input.taskId)) await sleep(HOLD_POLL_MS, undefined, { signal: waiting });
}

function gatedCall(call: Call): GatedCall {
  const { deps, waiting: signal, beat } = call;
  const { model, name } = deps.model(call.name);
  const modelGate = model.gate(name);
  return {
    deps,
    gates: modelGate === null ? null : { address: model.addressGate() ?? modelGate, model: modelGate },
    key: call.key,
    signal,
    async onWait(gate) {
      Object.assign(beat, { phase: 'waiting for the provider', until: gate?.until ?? null });
      if (gate !== null) await call.log(`waiting for ${gate.model} until ${gate.until}: ${gate.reason}`);
    },
  };
}

function bookingOf({ key, ask, name, input }: Call): Booking {
  const { module, round } = input;
  return { reply: key, module: moduleKey(module), generation: module.generation, ask, round, model: name };
}

async function overBudget(call: Call, over: Over): Promise<FlightResult> {
  const { ask, name, input } = call;
  const which = `${ask} r${input.round}`;
  if (over.over === 'module') return { kind: 'over-budget', detail: shortageText(over, which, ' for a module') };
  const detail =
    over.over === 'price' ? `${noPriceLine([name])}, then set the budget again` : shortageText(over, which);
  await call.log(budgetText(detail));
  return { kind: 'wait', reason: 'budget', until: null, detail };
}

async function longWait(call: Call, gate: ClosedGate): Promise<FlightResult> {
  const ms = Math.max(0, Date.parse(gate.until) - Date.now());
  if (gate.kind === 'outage') {
    await call.log(outageText(`${gate.model}: ${gate.reason}`, gate.until));
    return {
      kind: 'wait',
      reason: 'outage',
      until: gate.until,
      ms,
      detail: `${gate.model}: ${gate.reason}`,
      since: gate.first,
    };
  }
  await call.log(quotaText(gate.model, gate.until));
  return { kind: 'wait', reason: 'quota', until: gate.until, ms, detail: gate.model };
}

/**
 * Waits out what may be tried again in here. What concerns all calls closes a gate, and is waited for there; what a person has
 * to mend ends the call, and its task pauses.
 * @throws what ends the module.
 */
async function afterFailure(
  call: Call,
  { gates }: GatedCall,
  passage: Passage,
  error: unknown,
): Promise<FlightResult | null> {
  const { beat, deps, key } = call;
  const { isProbe } = passage;
  const sight = gates === null ? null : sightOf(call, gates, error);
  const move = nextMove(error, beat.tries, { scale: deps.waitScale, isProbe, sight });
  if (move.kind === 'fail') {
    deps.outages.forget(key);
    // It fails alone, and went first: the others are not to wait for its end.
    if (isProbe && gates !== null) await Promise.all(Object.values(gates).map((gate) => deps.modelGates.open(gate)));
    throw move.error;
  }
  const { errorClass, message: reason } = error as ModelError;
  if (move.kind === 'block') {
    await call.log(blockedText(reason));
    return { kind: 'wait', reason: 'blocked', until: null, detail: reason, failure: move.failure, model: call.name };
  }
  if (move.kind === 'close-gate') {
    if (gates === null) throw error;
    const ms = await closeGate(call, gates, passage, move, reason);
    await call.log(`${errorClass}: ${reason}; again in ${Math.round(ms / 1000)} s`);
    return null;
  }
  await call.log(`${errorClass}: ${reason}; again in ${Math.round(move.ms / 1000)} s`);
  Object.assign(beat, { phase: 'backing off', until: new Date(Date.now() + move.ms).toISOString() });
  await sleep(move.ms, undefined, { signal: call.waiting });
  beat.until = null;
  return null;
}

type Gates = NonNullable<GatedCall['gates']>;

/** How a call that nobody answered fails beside others; null for any other failure. */
function sightOf({ deps, key }: Call, gates: Gates, error: unknown): Sight | null {
  if (!(error instanceof ModelError)) return null;
  if (error.errorClass === 'network') return deps.outages.failed(gates.address, key);
  return error.errorClass === 'provider-down' ? deps.outages.failed(gates.model, key) : null;
}

function closeGate(
  { deps, name }: Call,
  gates: Gates,
  { askedAt }: Passage,
  { of, gate }: Extract<Move, { kind: 'close-gate' }>,
  reason: string,
): Promise<number> {
  const model = of === 'model' ? name : deps.model(name).model.provider;
  return deps.modelGates.close(gates[of], { ...gate, model, reason, askedAt });
}

/** One request; `timeout` where it took longer than it may. */
async function askWithin(
  call: Call,
  prompt: string,
  clock: AwakeClock,
  limitMs: number,
): Promise<ModelReply | 'timeout'> {
  const { model, name } = call.deps.model(call.name);
  const timeout = new AbortController();
  clock.after(limitMs, () => timeout.abort());
  const signal = AbortSignal.any([call.signal, timeout.signal]);
  try {
    return await model.ask({ ask: call.ask, model: name, prompt, signal, reviewForm: isShippedForm(call) });
  } catch (error) {
    if (timeout.signal.aborted && !call.signal.aborted) return 'timeout';
    throw error;
  }
}

/** Whether a review of the shipped form is asked for: a workspace's own prompt may ask for more than the object has room for. */
const isShippedForm = ({ deps, ask }: Call): boolean =>
  ask === 'review' && !isOverridden(deps.workspace.root, 'review');

/** Keeps a reply on disk. It is kept even when a stop arrived meanwhile: it was paid. */
async function keep(call: Call, reply: ModelReply, ms: number): Promise<void> {
  const { ask, name, key, sharedKey } = call;
  const { taskId } = call.input;
  faultPoint('call:replied');
  // Marked at once where that can be told without reading it: its task may be stopped before any step looks at it.
  const useless = isPlainlyUseless(reply) ? { useless: [taskId] } : {};
  const usage = believedUsage(reply.usage);
  const stored: StoredReply = { ask, model: name, ...reply, usage, ms, at: new Date().toISOString(), ...useless };
  await putOnceThereIsSpace(call, key, sharedKey === key ? stored : { ...stored, shared: sharedKey });
  faultPoint('call:kept');
  // One that is there and of use stays: a task that waits may have gone on from it.
  if (sharedKey !== key && (await call.deps.replies.usable(sharedKey, taskId)) === null)
    await putOnceThereIsSpace(call, sharedKey, stored);
  const tokens = usage.outputTokens === null ? '' : `, ${usage.inputTokens ?? '?'} + ${usage.outputTokens} tokens`;
  await call.log(`replied in ${prettyMs(ms)}${tokens}`);
}

/** A full disk is waited out with the reply in hand: an attempt that failed of it would pay for the same reply again. */
async function putOnceThereIsSpace(call: Call, key: string, reply: StoredReply): Promise<void> {
  for (;;) {
    try {
      await call.deps.replies.put(key, reply);
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
