import { setTimeout as sleep } from 'node:timers/promises';
import type { ClosedGate } from '../src/store/model-gates.ts';
import { ModelError, type ModelErrorClass } from '../src/model/model.ts';
import type { Deps } from './deps.ts';
import { INSIDE_MS } from './retry-policy.ts';

/** How often a call looks whether the one that goes first is back, ms. */
const LOOK_EVERY_MS = 200;

/** How often it looks at a gate that is closed for a time: a person may have lifted it. */
const LOOK_AGAIN_MS = 1000;

export interface GatedCall {
  readonly deps: Pick<Deps, 'modelGates' | 'outages'>;
  /** The gates that it passes: that of its address and that of its model; null for a model that asks nobody to wait. */
  readonly gates: { readonly address: string; readonly model: string } | null;
  /** What tells this call from others. */
  readonly key: string;
  readonly signal: AbortSignal;
  /** Called when the call has to wait at the gate, and with null once it goes on. */
  onWait(gate: ClosedGate | null): Promise<void>;
}

/** How a call got through its gates. */
export interface Passage {
  /** Whether it asks for all, after a wait. */
  readonly isProbe: boolean;
  /** Epoch ms. */
  readonly askedAt: number;
}

/** A wait at the gate that is too long to hold a permit for it. */
export class LongWait extends Error {
  readonly gate: ClosedGate;

  constructor(gate: ClosedGate) {
    super(`${gate.model} is not to be asked before ${gate.until}`);
    this.gate = gate;
  }
}

/** Gates at which a call goes first, as they were before. */
type Firsts = Map<string, ClosedGate>;

/**
 * Asks once the gates of address and model are open. `isAnswer` tells an answer of the provider from a result that tells
 * nothing of it. A call that goes first and was answered, or refused for a reason of its own, opens the gates for the others.
 * @throws LongWait where it is not worth holding a permit until then; what `ask` throws; the signal's reason once it is aborted.
 */
export async function askThroughGate<T>(
  call: GatedCall,
  ask: (passage: Passage) => Promise<T>,
  isAnswer: (result: T) => boolean,
): Promise<T> {
  const { gates, signal, deps } = call;
  if (gates === null) return ask({ isProbe: false, askedAt: Date.now() });
  const firsts: Firsts = new Map();
  const keys = [gates.address, gates.model];
  await pass(call, keys, firsts);
  try {
    const result = await ask({ isProbe: firsts.size > 0, askedAt: Date.now() });
    if (!isAnswer(result)) {
      await giveBack(call, firsts);
      return result;
    }
    deps.outages.answered(keys, call.key);
    for (const key of keys) await (firsts.has(key) ? deps.modelGates.open(key) : deps.modelGates.answered(key));
    return result;
  } catch (error) {
    // An abort tells nothing of the provider.
    if (signal.aborted || !(error instanceof ModelError)) await giveBack(call, firsts);
    else
      for (const [key, gate] of firsts)
        await afterRefusal(call, key, gate, heard(error.errorClass, key === gates.model));
    throw error;
  }
}

/** What a refusal tells of a gate: that it is open, that it is to be closed again, or nothing. */
function heard(errorClass: ModelErrorClass, ofModel: boolean): 'open' | 'closed' | 'nothing' {
  if (errorClass === 'network') return ofModel ? 'nothing' : 'closed';
  return ofModel && (errorClass === 'rate' || errorClass === 'quota' || errorClass === 'provider-down')
    ? 'closed'
    : 'open';
}

async function afterRefusal(
  { deps }: GatedCall,
  key: string,
  gate: ClosedGate,
  told: ReturnType<typeof heard>,
): Promise<void> {
  // One that is to be closed again is closed by who knows for how long.
  if (told === 'open') await deps.modelGates.open(key);
  if (told === 'nothing') await deps.modelGates.giveBack(key, gate);
}

async function giveBack({ deps }: GatedCall, firsts: Firsts): Promise<void> {
  for (const [key, gate] of firsts) await deps.modelGates.giveBack(key, gate);
  firsts.clear();
}

/** Waits until all gates are open; notes those at which this call goes first. */
async function pass(call: GatedCall, keys: readonly string[], firsts: Firsts): Promise<void> {
  for (let waits = 0; ; waits += 1) {
    const gate = await closedGate(call, keys, firsts);
    if (gate === null) {
      if (waits > 0) await call.onWait(null);
      return;
    }
    // While it waits at one, others may go first at those before.
    await giveBack(call, firsts);
    const ms = Date.parse(gate.until) - Date.now();
    // Of an outage nobody knows when it is over: the module closes, so that people see what it waits for.
    if (!gate.probing && (gate.kind === 'outage' || ms > INSIDE_MS)) throw new LongWait(gate);
    if (waits === 0) await call.onWait(gate);
    const pause = gate.probing ? LOOK_EVERY_MS : Math.min(Math.max(1, ms), LOOK_AGAIN_MS);
    await sleep(pause, undefined, { signal: call.signal });
  }
}

/** Enters gate after gate; gives the first that is closed. */
async function closedGate({ deps }: GatedCall, keys: readonly string[], firsts: Firsts): Promise<ClosedGate | null> {
  for (const key of keys) {
    const entered = await deps.modelGates.enter(key);
    if (entered.kind === 'closed') return entered.gate;
    if (entered.kind === 'probe') firsts.set(key, entered.gate);
  }
  return null;
}
