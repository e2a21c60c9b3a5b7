/**
 * Exclusive lock files that survive no owner. The file holds its owner's pid and start time; it appears whole (hard link of
 * a temp file), and one whose owner is dead is taken over by one taker only.
 */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failedError } from '../domain/errors.ts';
import { isAlive, self, type ProcessId } from './identity.ts';

export type LockAttempt =
  { readonly ok: true; readonly release: () => void } | { readonly ok: false; readonly holder: ProcessId };

/** Takes the lock, or says who holds it. */
export function tryLock(path: string): LockAttempt {
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    const token = create(path);
    if (token !== null) return { ok: true, release: () => release(path, token) };
    const holder = readHolder(path);
    if (holder !== null && isAlive(holder)) return { ok: false, holder };
    removeStale(path, holder);
  }
}

/**
 * Runs an action under the lock.
 * @throws UserError (failed) where it is not free within `waitMs`.
 */
export async function withLock<T>(
  path: string,
  action: () => Promise<T>,
  options: { readonly waitMs: number; readonly what: string },
): Promise<T> {
  const deadline = Date.now() + options.waitMs;
  for (;;) {
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
    await sleep(25);
  }
}

/** Creates the file whole; null where it is there. */
function create(path: string): string | null {
  const token = randomBytes(8).toString('hex');
  const temporary = `${path}.${token}`;
  writeFileSync(temporary, JSON.stringify({ ...self(), token }));
  try {
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
}

/** The holder; null where the file is gone or unreadable. */
function readHolder(path: string): Holder | null {
  try {
    const { pid, startTime, token } = JSON.parse(readFileSync(path, 'utf8')) as Holder;
    return { pid, startTime, token };
  } catch {
    return null;
  }
}

function release(path: string, token: string): void {
  if (readHolder(path)?.token === token) rmSync(path, { force: true });
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
