/**
 * Changes several files as one recorded change. Invariants:
 * 1. Compare-and-swap: a file is written only where its bytes are those that the change was made from, or those that it is
 *    to have (a repeated change). Anything else is a person's edit, which is refused and never overwritten.
 * 2. Before the first write a list of all files with their hashes is on disk, and a copy of each old file.
 * 3. Each file is replaced as a whole (temp file, fsync, rename, fsync of the folder).
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { faultPoint } from '../process/fault-point.ts';
import { hashOfFile, readOptional, removeDurably, writeAtomic, writeState, writeWork } from './atomic.ts';
import { CHANGE_LIST, readChange, type FileChange, type RecordedChange } from './backups.ts';

/** A file that is to be changed. */
export interface FileWrite extends FileChange {
  /** Absolute path. */
  readonly file: string;
  /** The new bytes; null removes the file. */
  readonly content: string | Uint8Array | null;
}

/** A file that must be as it was, though it is not written. */
export interface FileGuard {
  readonly path: string;
  readonly file: string;
  /** Null where there must be none. */
  readonly hash: string | null;
}

export interface Change extends Pick<RecordedChange, 'round' | 'base' | 'candidate'> {
  readonly files: readonly FileWrite[];
  readonly guards: readonly FileGuard[];
  /** Folder of the list and the copies; one with a number where an earlier change of the same name has others. */
  readonly folder: string;
  /**
   * `all`: old and new bytes are kept, over a power cut, too. `old`: the old ones, as long as there is none: for what is of
   * little use without (a sync more a module is felt in a run of many).
   */
  readonly keeps: 'all' | 'old';
  /** Names the fault points. */
  readonly point: 'apply' | 'undo' | 'write';
}

/**
 * Makes a change; idempotent: after a crash the same call finishes what the first began.
 * @returns null, or the path of a file that was edited meanwhile; then no file is changed.
 */
export async function changeFiles(change: Change): Promise<string | null> {
  const { files, guards, point } = change;
  const edited = (await editedGuard(guards)) ?? (await editedFile(files));
  if (edited !== null) return edited;
  faultPoint(`${point}:begun`);
  const folder = await keepCopies(change);
  faultPoint(`${point}:listed`);
  for (const file of files) {
    const current = await hashOfFile(file.file);
    if (current !== file.to) {
      // An editor may save while the copies are made.
      if (current !== file.from) {
        await takeBack(files, folder);
        return file.path;
      }
      await write(file);
    }
    faultPoint(`${point}:written-${file.kind}`);
  }
  return null;
}

async function editedGuard(guards: readonly FileGuard[]): Promise<string | null> {
  for (const { path, file, hash } of guards) if ((await hashOfFile(file)) !== hash) return path;
  return null;
}

async function editedFile(files: readonly FileWrite[]): Promise<string | null> {
  for (const { path, file, from, to } of files) {
    const current = await hashOfFile(file);
    if (current !== from && current !== to) return path;
  }
  return null;
}

async function write({ file, content }: Pick<FileWrite, 'file' | 'content'>): Promise<void> {
  if (content === null) await removeDurably(file);
  else await writeAtomic(file, content);
}

/** Copies the old files first and writes the list last; a file that has its new bytes already is in neither. */
async function keepCopies(change: Change): Promise<string> {
  const { round, base, candidate, point } = change;
  const pending = await pendingOf(change.files);
  const place = await placeOf(change.folder, pending);
  if (place.isKept || pending.length === 0) return place.folder;
  const keep = change.keeps === 'all' ? writeState : writeWork;
  for (const { kind, path, file, content } of pending) {
    const before = await readOptional(file);
    if (before !== null) await keep(join(place.folder, 'before', path), before);
    faultPoint(`${point}:saved-${kind}`);
    if (change.keeps === 'all' && content !== null) await keep(join(place.folder, 'after', path), content);
  }
  const list: RecordedChange = { at: new Date().toISOString(), round, base, candidate, files: pending.map(listed) };
  await keep(join(place.folder, CHANGE_LIST), `${JSON.stringify(list, null, 2)}\n`);
  return place.folder;
}

const listed = ({ kind, path, from, to }: FileWrite): FileChange => ({ kind, path, from, to });

async function pendingOf(files: readonly FileWrite[]): Promise<FileWrite[]> {
  const hashes = await Promise.all(files.map(({ file }) => hashOfFile(file)));
  return files.filter(({ to }, index) => hashes[index] !== to);
}

/** The change's own folder: where an earlier one of this name has kept other bytes, a new one beside it. */
async function placeOf(
  folder: string,
  files: readonly FileWrite[],
): Promise<{ readonly folder: string; readonly isKept: boolean }> {
  for (let number = 1; ; number += 1) {
    const place = number === 1 ? folder : `${folder}-${number}`;
    const kept = await readChange(place);
    if (kept === null) return { folder: place, isKept: false };
    const holds = (wanted: FileWrite): boolean =>
      kept.files.some(({ path, from, to }) => path === wanted.path && from === wanted.from && to === wanted.to);
    if (files.every(holds)) return { folder: place, isKept: true };
  }
}

/** Gives back the old bytes to the files that were written, and forgets the change: a person's edit came between. */
async function takeBack(files: readonly FileWrite[], folder: string): Promise<void> {
  for (const { path, file, from, to } of files) {
    if (from === to || (await hashOfFile(file)) !== to) continue;
    const content = from === null ? null : await readOptional(join(folder, 'before', path));
    if (from === null || content !== null) await write({ file, content });
  }
  await rm(join(folder, CHANGE_LIST), { force: true });
}
