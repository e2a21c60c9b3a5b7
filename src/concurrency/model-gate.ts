/**
 * Waits that a provider asks for, shared by all calls of a model with the same key. Invariants:
 * 1. Once a call was told to wait, no other call of the model starts before that time.
 * 2. When the time has come one call goes first and asks for all; the others follow only if it was not told to wait again.
 * 3. A first call that dies or never comes back holds the others up for a minute, not for ever.
 * 4. A gate that closes only later has a clock that was set back since: one call asks, or all would wait for that time, too.
 */
import type { ClosedGate, ModelGateStore } from '../store/model-gates.ts';
import { KeyedLock } from './keyed-lock.ts';

/** How long the one that asks for all may take before another one does, ms. */
const PROBE_MS = 60_000;

/** So much a clock may be set back, as a time service does, before a gate is no longer believed, ms. */
const SKEW_MS = 5000;

/** What a call finds at the gate. */
export type Entered =
  | { readonly kind: 'open' }
  /** Go first, and say how it went: `open`, `close` or `giveBack`. */
  | { readonly kind: 'probe'; readonly gate: ClosedGate }
  | { readonly kind: 'closed'; readonly gate: ClosedGate };

export class ModelGates {
  private readonly store: ModelGateStore;
  private readonly locks = new KeyedLock();

  constructor(store: ModelGateStore) {
    this.store = store;
  }

  /** Looks at the gate, and takes the first turn where its time has come. */
  enter(key: string): Promise<Entered> {
    return this.locks.run(key, async () => {
      const gate = await this.store.get(key);
      if (gate === null) return { kind: 'open' };
      if (isClosed(gate)) return { kind: 'closed', gate };
      await this.store.close(key, { ...gate, ...closedFor(PROBE_MS), probing: true });
      return { kind: 'probe', gate };
    });
  }

  /** Closes it for at least `ms`; one that is closed for longer stays so. */
  close(key: string, model: string, ms: number, reason: string): Promise<void> {
    return this.locks.run(key, async () => {
      const before = await this.store.get(key);
      const closed = closedFor(ms);
      if (before !== null && !before.probing && isClosed(before) && before.until > closed.until) return;
      await this.store.close(key, { model, ...closed, reason, probing: false });
    });
  }

  /** Opens it, unless a call that was asked before had to close it meanwhile. */
  open(key: string): Promise<void> {
    return this.locks.run(key, async () => {
      const gate = await this.store.get(key);
      if (gate === null || gate.probing) await this.store.open(key);
    });
  }

  /** Gives a first turn back that told nothing: the next call takes it. */
  giveBack(key: string, gate: ClosedGate): Promise<void> {
    return this.locks.run(key, () => this.store.close(key, { ...gate, probing: false }));
  }
}

function isClosed({ since, until }: ClosedGate): boolean {
  const now = Date.now();
  return now < Date.parse(until) && !(since !== undefined && now < Date.parse(since) - SKEW_MS);
}

function closedFor(ms: number): Pick<ClosedGate, 'since' | 'until'> {
  const now = Date.now();
  return { since: new Date(now).toISOString(), until: new Date(now + ms).toISOString() };
}
