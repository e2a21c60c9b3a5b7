/** What a spare worker does while it waits for the worker's place. */
import { settingsText } from '../config/settings-file.ts';
import { engineError } from '../domain/errors.ts';
import { lockHolder, lockWhenFree, untilGone } from '../process/lock.ts';
import type { Workspace } from '../store/workspace.ts';

/**
 * Waits until the worker locks are free and takes them in their order; gives what releases them. A signal ends the wait and the
 * process: nothing has begun yet.
 * @param stillHere is called before each lock is made: it must not make a folder again that was moved away.
 * @throws UserError (engine) where the settings were changed since the spare read them; the lock is free then.
 */
export async function standBy(
  workspace: Workspace,
  locks: readonly string[],
  stillHere: () => void,
): Promise<() => void> {
  const settings = settingsText(workspace);
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
  if (settingsText(workspace) === settings) return release;
  release();
  throw engineError('The settings changed since this spare worker was made; a new worker is started.');
}
