/** What a spare worker does while it waits for the worker's place. */
import { lockHolder, lockWhenFree, untilGone } from '../process/lock.ts';

/**
 * Waits until the worker locks are free and takes them in their order; gives what releases them. A signal ends the wait and the
 * process: nothing has begun yet.
 * @param stillHere is called before each lock is made: it must not make a folder again that was moved away.
 */
export async function standBy(locks: readonly string[], stillHere: () => void): Promise<() => void> {
  const end = (): never => process.exit(0);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  // The worker before holds the lock for its life: one whose file is gone, with a state that a person cleared, still works.
  for (const lock of locks)
    for (let holder = lockHolder(lock); holder !== null; holder = lockHolder(lock)) await untilGone(holder);
  const held: (() => void)[] = [];
  for (const lock of locks) {
    stillHere();
    held.push(await lockWhenFree(lock));
  }
  const release = (): void => held.reverse().forEach((one) => one());
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, end);
  return release;
}
