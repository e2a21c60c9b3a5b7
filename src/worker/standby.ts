/** What a spare worker does while it waits for the worker's place. */
import { lockHolder, lockWhenFree, untilGone } from '../process/lock.ts';

/**
 * Waits until the worker lock is free and takes it; gives what releases it. A signal ends the wait and the process: nothing
 * has begun yet.
 */
export async function standBy(lock: string): Promise<() => void> {
  const end = (): never => process.exit(0);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, end);
  // The worker before holds the lock for its life: one whose file is gone, with a state that a person cleared, still works.
  for (let holder = lockHolder(lock); holder !== null; holder = lockHolder(lock)) await untilGone(holder);
  const release = await lockWhenFree(lock);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, end);
  return release;
}
