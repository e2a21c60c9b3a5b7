/** Scratch folders in the system's temp folder, named after the process that made them, so that one of a dead process is known. */
import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Purpose = 'audit' | 'cli';

/** Path prefix of a scratch folder of this process, for mkdtemp. */
export const scratchPrefix = (purpose: Purpose): string => join(tmpdir(), `batch-manager-${purpose}-${process.pid}-`);

/** Numbers of the scratch folders that are in use. */
const used = new Set<number>();

/**
 * Runs an action with a scratch folder of the lowest free number: a program that keeps something for each folder it was run in
 * gets as many as run at a time, not as many as are run. Whoever made the folder removes it before the action ends.
 */
export async function withNumberedScratch<T>(purpose: Purpose, action: (folder: string) => Promise<T>): Promise<T> {
  let number = 1;
  while (used.has(number)) number += 1;
  used.add(number);
  try {
    return await action(await numbered(scratchPrefix(purpose), number));
  } finally {
    used.delete(number);
  }
}

/** A name that can be foreseen may be taken, by whomever: then the folder gets one that cannot. */
async function numbered(prefix: string, number: number): Promise<string> {
  try {
    await mkdir(`${prefix}${number}`, { mode: 0o700 });
    return `${prefix}${number}`;
  } catch {
    return mkdtemp(prefix);
  }
}

/** Pid of the process that a scratch folder is of, by its name; null for any other name. */
export function scratchOwner(name: string): number | null {
  const pid = /^batch-manager-(?:audit|cli)-(\d+)-/.exec(name)?.[1];
  return pid === undefined ? null : Number(pid);
}
