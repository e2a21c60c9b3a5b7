/**
 * Gates of providers, shared by all calls of a model with the same key, or of an address. Invariants:
 * 1. Once a gate is closed, no other call starts before its time.
 * 2. When the time has come one call goes first and asks for all; the others follow only if it was not refused again.
 * 3. A first call that dies or never comes back holds the others up for a minute, not for ever.
 * 4. A gate that closes only later has a clock that was set back since: one call asks, or all would wait for that time, too.
 * 5. Waits grow with refusals in a row. Eight calls that are refused at once are one refusal: only one that was made after the
 *    gate had closed is another.
 * 6. A gate that was closed because nobody answered opens with any answer, whoever gets it.
 */
import type { ClosedGate, GateKind, ModelGateStore } from '../store/model-gates.ts';
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

/** A refusal that closes a gate. */
export interface Refusal {
  readonly kind: GateKind;
  /** What is closed, for people. */
  readonly model: string;
  /** What the provider said, or that it said nothing. */
  readonly reason: string;
  /** Epoch ms at which the refused call was made. */
  readonly askedAt: number;
  /** How long to wait, ms, given how many refusals in a row there were. */
  waitMs(refusals: number): number;
}

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

  /** Closes it; one that is closed for longer stays so. Gives how long it is closed now, ms. */
  close(key: string, refusal: Refusal): Promise<number> {
    return this.locks.run(key, async () => {
      const before = await this.store.get(key);
      const { kind, model, reason } = refusal;
      const inARow = before?.kind === kind ? before : null;
      const isLate = inARow !== null && refusal.askedAt < Date.parse(inARow.since);
      const refusals = (inARow?.refusals ?? 0) + (isLate ? 0 : 1);
      const closed = closedFor(refusal.waitMs(refusals));
      if (before !== null && isClosed(before)) {
        const isLonger = !before.probing && before.until > closed.until;
        // The one that asks for all knows better than one that asked before it.
        const knowsLess = before.probing && isLate && kind === 'outage';
        if (isLonger || knowsLess) return Date.parse(before.until) - Date.now();
      }
      const first = inARow?.first ?? closed.since;
      await this.store.close(key, { kind, model, reason, refusals, first, ...closed, probing: false });
      return Date.parse(closed.until) - Date.now();
    });
  }

  /** Opens it, unless a call that was asked before had to close it meanwhile. */
  open(key: string): Promise<void> {
    return this.locks.run(key, async () => {
      const gate = await this.store.get(key);
      if (gate === null || gate.probing) await this.store.open(key);
    });
  }

  /** Takes up an answer: opens the gate where it was closed because there was none. */
  async answered(key: string): Promise<void> {
    if (!this.store.has(key)) return;
    await this.locks.run(key, async () => {
      const gate = await this.store.get(key);
      if (gate?.kind === 'outage') await this.store.open(key);
    });
  }

  /** Opens it whatever it waits for; gives what was closed, null where nothing was. */
  lift(key: string): Promise<ClosedGate | null> {
    return this.locks.run(key, async () => {
      const gate = await this.store.get(key);
      await this.store.open(key);
      return gate;
    });
  }

  /** Gives a first turn back that told nothing: the next call takes it. */
  giveBack(key: string, gate: ClosedGate): Promise<void> {
    return this.locks.run(key, async () => {
      const now = await this.store.get(key);
      // Lifted or opened meanwhile: it is not to be closed by one that knows nothing.
      if (now?.probing === true) await this.store.close(key, { ...gate, probing: false });
    });
  }
}

function isClosed({ since, until }: ClosedGate): boolean {
  const now = Date.now();
  return now < Date.parse(until) && now >= Date.parse(since) - SKEW_MS;
}

function closedFor(ms: number): Pick<ClosedGate, 'since' | 'until'> {
  const now = Date.now();
  return { since: new Date(now).toISOString(), until: new Date(now + ms).toISOString() };
}
