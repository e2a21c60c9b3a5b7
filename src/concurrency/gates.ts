/**
 * The permits of a task's model calls. Invariants:
 * 1. At most `concurrency` calls of a task hold a permit.
 * 2. Once a task's gate is closed no call gets a permit, and all that are registered are aborted. The limits file is written
 *    first, so that a worker that is killed meanwhile does not open the gate again.
 * 3. A call whose task has no limits file answers `paused`: the batch sends the limits again.
 * 4. Once a task is paused no call of it asks anything: those that wait are turned back, with `abort` all.
 */
import { faultPoint } from '../process/fault-point.ts';
import type { LimitStore, Limits } from '../store/limits.ts';

/** Why a call was aborted by us: the reason of its signal. */
export class StopRequest extends Error {
  constructor() {
    super('stopped');
    this.name = 'StopRequest';
  }
}

/**
 * Why a call was told to come back later: its task is paused, or what it would ask has changed. It is no failure: the module
 * closes and keeps its place.
 */
export class TurnedBack extends Error {
  readonly reason: 'paused' | 'settings-changed';

  constructor(reason: TurnedBack['reason']) {
    super(`turned back: ${reason}`);
    this.name = 'TurnedBack';
    this.reason = reason;
  }
}

/** A model call that this worker has in hand, waiting or running. */
export interface RegisteredCall {
  /** Aborted with StopRequest or TurnedBack: the call ends at once. */
  readonly signal: AbortSignal;
  /** Aborted with TurnedBack: the call asks nothing any more, but a request under way goes on to its reply. */
  readonly turnedBack: AbortSignal;
  /** Must be called once the call is over. */
  unregister(): void;
}

/** A permit to call; `release` lets the next one go. */
export interface Permit {
  release(): void;
}

interface Gate {
  limits: Limits;
  inFlight: number;
  readonly waiting: (() => void)[];
}

interface Call {
  readonly taskId: string;
  readonly slug: string;
  readonly controller: AbortController;
  readonly waits: AbortController;
}

export class TaskGates {
  private readonly limits: LimitStore;
  private readonly gates = new Map<string, Gate>();
  private readonly calls = new Set<Call>();

  constructor(limits: LimitStore) {
    this.limits = limits;
  }

  register(taskId: string, slug: string): RegisteredCall {
    const call: Call = { taskId, slug, controller: new AbortController(), waits: new AbortController() };
    this.calls.add(call);
    return {
      signal: call.controller.signal,
      turnedBack: call.waits.signal,
      unregister: () => void this.calls.delete(call),
    };
  }

  /**
   * Waits for a permit. Gives null where the task is paused or nothing is known of it.
   * @throws the signal's reason once it is aborted; StopRequest where the gate is closed.
   */
  async acquire(taskId: string, signal: AbortSignal): Promise<Permit | null> {
    const gate = await this.gate(taskId);
    for (;;) {
      // One that was woken and aborted before it could take its turn hands the turn on, so that none is lost.
      if (signal.aborted) gate?.waiting.shift()?.();
      signal.throwIfAborted();
      if (gate === null || (gate.limits.concurrency === 0 && !gate.limits.closed)) return null;
      if (gate.limits.closed) throw new StopRequest();
      if (gate.inFlight < gate.limits.concurrency) break;
      await turn(gate, signal);
    }
    gate.inFlight += 1;
    return { release: once(() => release(gate)) };
  }

  /** Sets the number of permits and the budget (USD; 0 is no limit); a closed gate stays closed. */
  async setLimits(taskId: string, concurrency: number, budgetUsd = 0): Promise<void> {
    const closed = (await this.gate(taskId))?.limits.closed ?? false;
    await this.update(taskId, { concurrency, closed, budgetUsd });
  }

  /** Turns back the calls of a task that wait; with `abort` also those that are under way. */
  turnBack(taskId: string, reason: TurnedBack['reason'], abort = false): void {
    for (const call of this.calls) {
      if (call.taskId !== taskId) continue;
      call.waits.abort(new TurnedBack(reason));
      if (abort) call.controller.abort(new TurnedBack(reason));
    }
  }

  /** What the task may do now; null where nothing is known of it. */
  async limitsOf(taskId: string): Promise<Limits | null> {
    return (await this.gate(taskId))?.limits ?? null;
  }

  /** What the task may spend, USD; 0 is no limit. */
  async budgetUsd(taskId: string): Promise<number> {
    return (await this.limitsOf(taskId))?.budgetUsd ?? 0;
  }

  /** Closes a task's gate for good and aborts its calls. */
  async close(taskId: string): Promise<void> {
    const gate = await this.gate(taskId);
    const { concurrency = 0, budgetUsd = 0 } = gate?.limits ?? {};
    await this.update(taskId, { concurrency, closed: true, budgetUsd });
    faultPoint('gate:closed');
    this.abort((call) => call.taskId === taskId);
  }

  /** Aborts the calls of one module of a task. */
  abortModule(taskId: string, slug: string): void {
    this.abort((call) => call.taskId === taskId && call.slug === slug);
  }

  private abort(wanted: (call: Call) => boolean): void {
    for (const call of this.calls) if (wanted(call)) call.controller.abort(new StopRequest());
  }

  private async update(taskId: string, limits: Limits): Promise<void> {
    await this.limits.put(taskId, limits);
    const gate = this.gates.get(taskId);
    if (gate === undefined) this.gates.set(taskId, { limits, inFlight: 0, waiting: [] });
    else gate.limits = limits;
    for (const wake of gate?.waiting.splice(0) ?? []) wake();
  }

  private async gate(taskId: string): Promise<Gate | null> {
    const known = this.gates.get(taskId);
    if (known !== undefined) return known;
    const limits = await this.limits.get(taskId);
    if (limits === null) return null;
    // Another call may have loaded it meanwhile: two gates would be two widths.
    const gate = this.gates.get(taskId) ?? { limits, inFlight: 0, waiting: [] };
    this.gates.set(taskId, gate);
    return gate;
  }
}

/** Gives a permit back and wakes the first in line. */
function release(gate: Gate): void {
  gate.inFlight -= 1;
  gate.waiting.shift()?.();
}

/** Waits for a turn or the abort. */
function turn(gate: Gate, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = (): void => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    const leave = (): void => {
      const place = gate.waiting.indexOf(wake);
      if (place >= 0) gate.waiting.splice(place, 1);
      resolve();
    };
    gate.waiting.push(wake);
    signal.addEventListener('abort', leave, { once: true });
  });
}

function once(action: () => void): () => void {
  let done = false;
  return () => {
    if (!done) action();
    done = true;
  };
}
