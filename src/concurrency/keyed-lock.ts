/** Runs what has the same key one after the other: a step that timed out may still run beside its successor. */
export class KeyedLock {
  private readonly tails = new Map<string, Promise<unknown>>();

  /**
   * Runs an action once those that came before it have ended.
   * @throws what the action throws; the signal's reason where the signal comes before its turn, without waiting for that.
   */
  async run<T>(key: string, action: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    let giveUp = (): void => undefined;
    const begin = (): Promise<T> => {
      signal?.removeEventListener('abort', giveUp);
      signal?.throwIfAborted();
      return action();
    };
    const before = this.tails.get(key) ?? Promise.resolve();
    const mine = before.then(begin, begin);
    this.tails.set(key, mine);
    // Not where the caller gives up: those that come meanwhile wait for what is before it all the same.
    const forget = (): void => {
      if (this.tails.get(key) === mine) this.tails.delete(key);
    };
    mine.then(forget, forget);
    return new Promise((resolve, reject) => {
      giveUp = () => reject(signal?.reason as Error);
      signal?.addEventListener('abort', giveUp, { once: true });
      mine.then(resolve, reject);
    });
  }
}
