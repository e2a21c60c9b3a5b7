/**
 * Single flight: calls with the same key in one worker are one call. A second attempt of a call whose first attempt still
 * lives in this process (the server gave up on it, or the machine slept) joins it instead of paying twice.
 */
export class Flights<T> {
  private readonly flights = new Map<string, Promise<T>>();

  /**
   * Runs `fly`, or awaits the flight under way. Where that one fails, this caller flies itself: the failure may be the other
   * caller's own abort.
   * @throws the signal's reason once it is aborted.
   */
  async run(key: string, signal: AbortSignal, fly: () => Promise<T>): Promise<T> {
    for (let flight = this.flights.get(key); flight !== undefined; flight = this.flights.get(key)) {
      const joined = await settleOrAbort(flight, signal);
      signal.throwIfAborted();
      if (joined !== undefined) return joined.value;
    }
    const flight = fly();
    this.flights.set(key, flight);
    try {
      return await flight;
    } finally {
      this.flights.delete(key);
    }
  }
}

/** The flight's value; undefined where it failed or the signal was aborted first. */
function settleOrAbort<T>(flight: Promise<T>, signal: AbortSignal): Promise<{ value: T } | undefined> {
  return new Promise((resolve) => {
    const leave = (): void => resolve(undefined);
    signal.addEventListener('abort', leave, { once: true });
    const land = (result: { value: T } | undefined): void => {
      signal.removeEventListener('abort', leave);
      resolve(result);
    };
    flight.then(
      (value) => land({ value }),
      () => land(undefined),
    );
  });
}
