/**
 * Tells a provider that is down from a request that fails alone: only calls that were answered meanwhile tell the two apart.
 * It is kept in memory: a new worker starts counting again, which costs a few requests and no module.
 */

/** What is known of a call that failed. */
export interface Sight {
  /** Failures in a row of this call since another one of the gate was answered. */
  readonly dark: number;
  /** Times that it failed again although another call had been answered since its last failure. */
  readonly alone: number;
  /** Whether no other call of the gate fails. */
  readonly only: boolean;
}

interface Failing extends Omit<Sight, 'only'> {
  readonly gate: string;
  /** Answers of the gate at its last failure. */
  readonly seen: number;
}

export class Outages {
  private readonly answers = new Map<string, number>();
  private readonly failing = new Map<string, Failing>();

  /** A call was answered: it no longer fails, and those that do fail without being in an outage. */
  answered(gates: readonly string[], call: string): void {
    for (const gate of gates) this.answers.set(gate, (this.answers.get(gate) ?? 0) + 1);
    this.failing.delete(call);
  }

  /** A call failed at a gate. */
  failed(gate: string, call: string): Sight {
    const seen = this.answers.get(gate) ?? 0;
    const before = this.failing.get(call) ?? { dark: 0, alone: 0, seen };
    const others = seen > before.seen;
    const now = { gate, seen, dark: others ? 1 : before.dark + 1, alone: before.alone + (others ? 1 : 0) };
    this.failing.set(call, now);
    const only = [...this.failing].every(([other, failing]) => other === call || failing.gate !== gate);
    return { dark: now.dark, alone: now.alone, only };
  }

  /** Nothing is known of the call any more: it has ended. */
  forget(call: string): void {
    this.failing.delete(call);
  }
}
