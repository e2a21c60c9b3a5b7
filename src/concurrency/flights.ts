/**
 * Single flight: calls with the same key in one worker are one call. Invariants:
 * 1. A flight outlives the attempts that wait for it. One that the server has given up (the worker was frozen, the network cut)
 *    leaves, and its next attempt joins the flight instead of paying twice.
 * 2. A flight ends early only where its task says so: by its own registration, or by an attempt of it that was told to end.
 * 3. An attempt that ends its flight stays until that is over: nothing of it may be left.
 */

/** One of those who wait for a flight. */
export interface Attempt {
  /** The task that it is of: it may end the flights of that task. */
  readonly taskId: string;
  /** Aborted where the call is to end. */
  readonly signal: AbortSignal;
  /** Aborted where only this attempt is over. */
  readonly gone: AbortSignal;
  /** Aborted where it is not to wait for a flight of another task. */
  readonly turnedBack: AbortSignal;
}

/** What a flight is told. */
export interface Control {
  readonly signal: AbortSignal;
  /** Whether somebody waits for it: if not, it must begin nothing that costs money. */
  isAwaited(): boolean;
}

/** Why a flight ended that nobody waited for. */
export class Unawaited extends Error {
  constructor() {
    super('nobody waits for this call any more');
    this.name = 'Unawaited';
  }
}

class Flight<T> {
  readonly taskId: string;
  readonly controller = new AbortController();
  readonly end: Promise<T>;
  awaiting = 0;

  constructor(taskId: string, fly: (control: Control) => Promise<T>) {
    this.taskId = taskId;
    this.end = fly({ signal: this.controller.signal, isAwaited: () => this.awaiting > 0 });
    // Where all have left, nobody hears how it ends.
    this.end.catch(() => undefined);
  }
}

export class Flights<T> {
  private readonly flights = new Map<string, Flight<T>>();

  /**
   * Runs `fly`, or awaits the flight under way. Where one of another task fails, this caller flies itself: that failure may be
   * the other's own end.
   * @throws what the flight throws; the reason of the attempt's signals once one is aborted.
   */
  async run(key: string, attempt: Attempt, fly: (control: Control) => Promise<T>): Promise<T> {
    for (;;) {
      const flight = this.flights.get(key) ?? this.begin(key, attempt.taskId, fly);
      const isOurs = flight.taskId === attempt.taskId;
      flight.awaiting += 1;
      try {
        return await settled(flight, attempt, isOurs);
      } catch (error) {
        attempt.signal.throwIfAborted();
        attempt.gone.throwIfAborted();
        if (!isOurs) attempt.turnedBack.throwIfAborted();
        if (isOurs && !(error instanceof Unawaited)) throw error;
      } finally {
        flight.awaiting -= 1;
      }
    }
  }

  /** Ends all flights: the worker ends. */
  abortAll(reason: Error): void {
    for (const { controller } of this.flights.values()) controller.abort(reason);
  }

  private begin(key: string, taskId: string, fly: (control: Control) => Promise<T>): Flight<T> {
    const flight = new Flight(taskId, async (control) => {
      try {
        return await fly(control);
      } finally {
        this.flights.delete(key);
      }
    });
    this.flights.set(key, flight);
    return flight;
  }
}

/** How the flight ends, for an attempt that may leave before. */
async function settled<T>(flight: Flight<T>, attempt: Attempt, isOurs: boolean): Promise<T> {
  const { signal, gone, turnedBack } = attempt;
  // One of our own is awaited to its end once it is told to end.
  const leaves = AbortSignal.any(isOurs ? [gone] : [gone, signal, turnedBack]);
  const end = (): void => flight.controller.abort(signal.reason);
  if (isOurs) {
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
  }
  try {
    return await orAborted(flight.end, leaves);
  } finally {
    signal.removeEventListener('abort', end);
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    if (signal.aborted) return leave();
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
