/**
 * Exclusive lock files that survive no owner. The file holds its owner's pid and start time; it appears whole (hard link of
 * a temp file), and one whose owner is dead is taken over by one taker only.
 */
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failedError } from '../domain/errors.ts';
import { isAlive, mayLive, self, type ProcessId } from './identity.ts';

export type LockAttempt =
  { readonly ok: true; readonly release: () => void } | { readonly ok: false; readonly holder: ProcessId };

/** Takes the lock, or says who holds it. */
export function tryLock(path: string): LockAttempt {
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    const token = create(path);
    if (token !== null) return { ok: true, release: () => release(path, token) };
    const holder = readHolder(path);
    if (holder !== null && holds(holder, path)) return { ok: false, holder };
    removeStale(path, holder);
  }
}

/** How often a waiter looks whether the holder is gone, ms: a spare worker takes over that soon. */
const LOOK_EVERY_MS = 15;

/** Every so many looks the holder is looked at closely: another process may have its pid by now. */
const CLOSE_LOOK = 100;

/** Waits, however long, until the lock is free, and takes it. Gives what releases it. */
export async function lockWhenFree(path: string): Promise<() => void> {
  for (;;) {
    const attempt = tryLock(path);
    if (attempt.ok) return attempt.release;
    await untilGone(attempt.holder, () => !existsSync(path));
  }
}

/** Waits until a process is gone, or something else is so. */
export async function untilGone(id: ProcessId, isOver: () => boolean = () => false): Promise<void> {
  for (let looks = 1; mayLive(id) && !isOver(); looks += 1) {
    if (looks % CLOSE_LOOK === 0 && !isAlive(id)) return;
    await sleep(LOOK_EVERY_MS);
  }
}

/**
 * Runs an action under the lock.
 * @throws UserError (failed) where it is not free within `waitMs`.
 */
export async function withLock<T>(
  path: string,
  action: () => Promise<T>,
  options: {
    readonly waitMs: number;
    readonly what: string;
    /** Called once, where the lock is held when it is asked for. */
    readonly onWait?: (holder: ProcessId) => void;
  },
): Promise<T> {
  const deadline = Date.now() + options.waitMs;
  for (let looks = 0; ; looks += 1) {
    const attempt = tryLock(path);
    if (attempt.ok) {
      try {
        return await action();
      } finally {
        attempt.release();
      }
    }
    if (Date.now() > deadline) {
      throw failedError(
        `Waited ${options.waitMs / 1000} s for ${options.what} (process ${attempt.holder.pid}, lock ${path}).\nTry again when it is done.`,
      );
    }
    if (looks === 0) options.onWait?.(attempt.holder);
    await sleep(25);
  }
}

/** Creates the file whole; null where it is there. */
function create(path: string): string | null {
  const token = randomBytes(8).toString('hex');
  const temporary = `${path}.${token}`;
  try {
    // On a full disk it is there with nothing in it, and must go, too.
    writeFileSync(temporary, JSON.stringify({ ...self(), token, path: truePath(path) }));
    linkSync(temporary, path);
    return token;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

interface Holder extends ProcessId {
  readonly token: string;
  /** Where it took the lock; undefined where the file does not say. */
  readonly path: string | undefined;
}

/** The living process that holds a lock; null where it is free, or its holder is dead. */
export function lockHolder(path: string): ProcessId | null {
  const holder = readHolder(path);
  return holder !== null && holds(holder, path) ? holder : null;
}

/** Whether it lives and took this very lock: a lock file that was copied with its folder names one that holds the original. */
function holds(holder: Holder, path: string): boolean {
  return isAlive(holder) && (holder.path === undefined || holder.path === truePath(path));
}

/** One name for a file, by whatever links its folder was reached. */
function truePath(path: string): string {
  return join(realpathSync.native(dirname(path)), basename(path));
}

/**
 * The holder; null where the file is gone or says nobody. Any other failure (no file handle left, no permission) is thrown:
 * taken for garbage, it would cost a living holder the lock.
 */
function readHolder(path: string): Holder | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  return parseHolder(text);
}

function parseHolder(text: string): Holder | null {
  try {
    const { pid, startTime, token, path } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof startTime !== 'string' || typeof token !== 'string') return null;
    return { pid, startTime, token, path: typeof path === 'string' ? path : undefined };
  } catch {
    return null;
  }
}

function release(path: string, token: string): void {
  if (readHolder(path)?.token === token) rmSync(path, { force: true });
  clearLeft(path);
}

/** Removes what takers left beside a lock that were killed in the middle: nobody else would come by it again. */
function clearLeft(path: string): void {
  const folder = dirname(path);
  const isOurs = (name: string): boolean =>
    name.startsWith(`${basename(path)}.`) && /\.(?:[0-9a-f]{16}|dead-[0-9a-z]+)$/.test(name);
  for (const name of namesOf(folder).filter(isOurs)) clearOldMarker(join(folder, name));
}

/** None where the folder went with its lock: a person may clean a workspace while a command runs. */
function namesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** How long a taker that was killed in the middle of a take-over holds up the others, ms. */
const TAKE_OVER_MS = 5000;

/**
 * Removes a dead owner's lock. Of many takers one wins the marker, a hard link named by the dead owner's token, and only it
 * may remove the file: one that looked earlier and comes late finds another token behind its marker, and removes nothing.
 */
function removeStale(path: string, dead: Holder | null): void {
  const marker = `${path}.dead-${dead?.token ?? 'unreadable'}`;
  try {
    linkSync(path, marker);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') clearOldMarker(marker);
    else if (code !== 'ENOENT') throw error;
    return;
  }
  if (readHolder(marker)?.token === dead?.token) rmSync(path, { force: true });
  rmSync(marker, { force: true });
}

function clearOldMarker(marker: string): void {
  try {
    if (Date.now() - statSync(marker).ctimeMs > TAKE_OVER_MS) rmSync(marker, { force: true });
  } catch {
    // Its owner has just removed it.
  }
}
