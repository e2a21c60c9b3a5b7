import { setTimeout as sleep } from 'node:timers/promises';
import type { ClosedGate } from '../src/store/model-gates.ts';
import { ModelError, type ModelErrorClass } from '../src/model/model.ts';
import type { Deps } from './deps.ts';
import { INSIDE_MS } from './retry-policy.ts';

/** How often a call looks whether the one that goes first is back, ms. */
const LOOK_EVERY_MS = 200;

/** Classes that tell of a wait for all calls of the model, not of this one alone. */
const SHARED: ReadonlySet<ModelErrorClass> = new Set(['rate', 'quota']);

export interface GatedCall {
  readonly deps: Pick<Deps, 'modelGates'>;
  /** The model's gate; null for one that asks nobody to wait. */
  readonly gate: string | null;
  readonly signal: AbortSignal;
  /** Called when the call has to wait at the gate, and with null once it goes on. */
  onWait(gate: ClosedGate | null): Promise<void>;
}

/** A wait at the gate that is too long to hold a permit for it. */
export class LongWait extends Error {
  readonly gate: ClosedGate;

  constructor(gate: ClosedGate) {
    super(`${gate.model} is not to be asked before ${gate.until}`);
    this.gate = gate;
  }
}

/**
 * Asks once the model's gate is open. A call that goes first opens it for the others, whatever else became of it.
 * @throws LongWait where that takes more than two minutes; what `ask` throws; the signal's reason once it is aborted.
 */
export async function askThroughGate<T>(call: GatedCall, ask: () => Promise<T>): Promise<T> {
  const { gate: key, signal, deps } = call;
  if (key === null) return ask();
  const first = await pass(call, key);
  try {
    const reply = await ask();
    if (first !== null) await deps.modelGates.open(key);
    return reply;
  } catch (error) {
    if (first === null || (error instanceof ModelError && SHARED.has(error.errorClass))) throw error;
    // An abort tells nothing of the provider; any answer of it does.
    if (signal.aborted) await deps.modelGates.giveBack(key, first);
    else await deps.modelGates.open(key);
    throw error;
  }
}

/** Waits until the gate is open; gives it where this call goes first. */
async function pass(call: GatedCall, key: string): Promise<ClosedGate | null> {
  for (let waits = 0; ; waits += 1) {
    const entered = await call.deps.modelGates.enter(key);
    if (entered.kind !== 'closed') {
      if (waits > 0) await call.onWait(null);
      return entered.kind === 'probe' ? entered.gate : null;
    }
    const { gate } = entered;
    const ms = Date.parse(gate.until) - Date.now();
    if (!gate.probing && ms > INSIDE_MS) throw new LongWait(gate);
    if (waits === 0) await call.onWait(gate);
    await sleep(gate.probing ? LOOK_EVERY_MS : Math.max(1, ms), undefined, { signal: call.signal });
  }
}
