/**
 * Changes several files as one recorded change. Invariants:
 * 1. A file is replaced only where its bytes are those that the change was made from, and the look comes after the old file was
 *    renamed away into the backup: whatever a person saves, at whatever instant, is in place or in the backup.
 * 2. A new file is put in only where nothing is, so that a person's file that came meanwhile stays.
 * 3. Where one file was saved by a person, all files are given back, and what was saved is put in its place.
 * 4. Before the first file is renamed away a list of all files with their hashes is on disk. A change that a crash has cut is
 *    taken back as a whole (`under-way.ts`).
 */
import { copyFileSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SavedCopy } from '../domain/log-texts.ts';
import { faultPoint } from '../process/fault-point.ts';
import { readPeoplesBytes } from '../files/people-file.ts';
import { named, sha256, syncPath, temporaryName, writeBeside } from './atomic.ts';
import type { FileChange, RecordedChange } from './backups.ts';
import { putInPlace } from './place.ts';
import {
  COPYING,
  existing,
  hashNow,
  partsOf,
  takeAway,
  takeBack,
  type ChangeUnderWay,
  type Parts,
} from './take-back.ts';
import { beginChange, endChange, forget, listPaths, reopenChange, takeBackLeft } from './under-way.ts';
import type { Workspace } from './workspace.ts';

/** A file that is to be changed. */
export interface FileWrite extends FileChange {
  /** The new bytes; null removes the file. */
  readonly content: string | Uint8Array | null;
}

/** A file that must be as it was, though it is not written. */
export interface FileGuard {
  /** Relative to the manifest's folder. */
  readonly path: string;
  /** Null where there must be none. */
  readonly hash: string | null;
}

export interface Change extends Pick<RecordedChange, 'round' | 'base' | 'candidate'> {
  readonly workspace: Workspace;
  /** The manifest's folder, which paths are relative to. */
  readonly root: string;
  readonly files: readonly FileWrite[];
  readonly guards: readonly FileGuard[];
  /** Folder of the list and the copies; one with a number where an earlier change of the same name has others. */
  readonly folder: string;
  /** `all`: old and new bytes are kept. `old`: the old ones, for what is of little use without. */
  readonly keeps: 'all' | 'old';
  /** Names the fault points. */
  readonly point: 'apply' | 'undo' | 'write';
}

/** Why nothing was changed. */
export interface Edited {
  /** The file that a person edited, relative to the manifest's folder. */
  readonly path: string;
  /** What people saved meanwhile and that is not in place: a later save is. */
  readonly saved: readonly SavedCopy[];
}

/**
 * Makes a change; idempotent: after a crash the same call takes back what the first began, and makes it whole.
 * @returns null, or what was edited meanwhile; then no file is changed.
 * @throws TypedError DiskFull (retryable), BadRequest where a file may not be written or is none.
 */
export async function changeFiles(change: Change): Promise<Edited | null> {
  await takeBackLeft(change.workspace);
  const now = new Map(change.files.map(({ path }) => [path, hashOf(change, path)]));
  const edited =
    change.guards.find(({ path, hash }) => hashOf(change, path) !== hash) ??
    change.files.find(({ path, from, to }) => now.get(path) !== from && now.get(path) !== to);
  if (edited !== undefined) return { path: edited.path, saved: [] };
  faultPoint(`${change.point}:begun`);
  const pending = change.files.filter(({ path, to }) => now.get(path) !== to);
  return pending.length === 0 ? null : makeChange(change, pending);
}

const hashOf = ({ root }: Change, path: string): string | null => {
  const bytes = readPeoplesBytes(join(root, path));
  return bytes === null ? null : sha256(bytes);
};

/** A file with where its parts are, and the new file beside its place; null where it is to be removed. */
interface Staged {
  readonly write: FileWrite;
  readonly parts: Parts;
  readonly temporary: string | null;
}

async function makeChange(change: Change, pending: readonly FileWrite[]): Promise<Edited | null> {
  const { workspace, root, folder, round, base, candidate } = change;
  const list = { at: new Date().toISOString(), round, base, candidate, files: pending.map(listed) };
  const staged: Staged[] = [];
  let begun: ChangeUnderWay | null = null;
  try {
    begun = beginChange(workspace, { root, folder, list });
    await stage(change, begun, pending, staged);
    faultPoint(`${change.point}:listed`);
    const edited = await exchange(change, begun, staged);
    if (edited === null) return null;
    return { path: edited, saved: await undone(begun) };
  } catch (error) {
    // Where even that fails, the next call finds it and takes it back.
    if (begun !== null) await undone(begun).catch(() => undefined);
    throw named(error, join(root, pending[0]?.path ?? ''));
  } finally {
    for (const { temporary } of staged) if (temporary !== null) rmSync(temporary, { force: true });
  }
}

const listed = ({ kind, path, from, to }: FileWrite): FileChange => ({ kind, path, from, to });

/** Takes a change back that is not done; one that is done already is left so. */
async function undone(begun: ChangeUnderWay): Promise<SavedCopy[]> {
  const saved = existsSync(begun.folder) ? await takeBack(begun) : [];
  forget(begun);
  return saved;
}

/** Writes all that a change needs beside what it changes, and makes it durable: a full disk is met here. */
async function stage(
  change: Change,
  begun: ChangeUnderWay,
  pending: readonly FileWrite[],
  staged: Staged[],
): Promise<void> {
  const copies: string[] = [];
  for (const write of pending) {
    const parts = partsOf(begun, write.path);
    const temporary = write.content === null ? null : join(dirname(parts.place), temporaryName());
    staged.push({ write, parts, temporary });
    if (write.content === null || temporary === null) continue;
    writeBeside(temporary, parts.place, write.content);
    if (change.keeps === 'old') continue;
    const copy = join(begun.folder, 'after', write.path);
    mkdirSync(dirname(copy), { recursive: true });
    writeFileSync(copy, write.content);
    copies.push(copy, dirname(copy));
  }
  const isDurable = change.keeps === 'all' || pending.some(({ from }) => from !== null);
  const temporaries = staged.flatMap(({ temporary }) => temporary ?? []);
  await syncAll([...temporaries, ...(isDurable ? [...listPaths(begun), ...copies] : [])]);
}

const syncAll = async (paths: readonly string[]): Promise<void> => {
  await Promise.all([...new Set(paths)].map(syncPath));
};

/** Exchanges the files; the path of the first that a person saved meanwhile, or null where the change is done. */
async function exchange(change: Change, begun: ChangeUnderWay, staged: readonly Staged[]): Promise<string | null> {
  for (const file of staged) if (!exchangeOne(change, begun, file)) return file.write.path;
  const late = await endAsides(staged);
  if (late !== null) return late;
  const folder = await endChange(begun, change.folder);
  faultPoint(`${change.point}:kept`);
  const kept = { ...begun, folder };
  const files = staged.map(({ write }) => partsOf(kept, write.path));
  const olds = files.flatMap(({ old }) => existing(old) ?? []);
  const places = files.map(({ place }) => dirname(place));
  // Of what can be made again a power cut may take the record back, and with it the file.
  await syncAll(change.keeps === 'all' ? [...places, ...olds, dirname(folder)] : places);
  // A save may have gone on into the old file after it was renamed away.
  const saved = savedInto(kept, staged);
  if (saved === null) forget(begun);
  else reopenChange(begun, folder);
  return saved;
}

function exchangeOne({ point }: Change, begun: ChangeUnderWay, { write, parts, temporary }: Staged): boolean {
  const { kind, from } = write;
  if (from !== null) {
    const old = takeAway(parts.place, parts.old);
    faultPoint(`${point}:moved-${kind}`);
    if (old === null || hashNow(old) !== from) return false;
  }
  if (temporary !== null && !putNew(begun, temporary, parts.place)) return false;
  faultPoint(`${point}:written-${kind}`);
  return true;
}

/** Puts a new file in. A part of a copy that a crash has cut would else be taken for a person's text. */
function putNew({ folder }: ChangeUnderWay, temporary: string, place: string): boolean {
  const mark = join(folder, COPYING);
  const put = putInPlace(temporary, place, { beforeCopy: () => writeFileSync(mark, '') });
  if (put === 'copied') rmSync(mark);
  return put !== 'taken';
}

/** Moves old files into the backups that could not be renamed there; the path of one that was saved into meanwhile, or null. */
async function endAsides(staged: readonly Staged[]): Promise<string | null> {
  const asides = staged.filter(({ parts }) => existing(parts.old) === parts.old[1]);
  if (asides.length === 0) return null;
  for (const { parts } of asides) copyAside(parts.old);
  await syncAll(asides.flatMap(({ parts: { old } }) => [old[0], dirname(old[0])]));
  const saved = asides.find(({ write, parts }) => hashNow(parts.old[1]) !== write.from);
  if (saved !== undefined) return saved.write.path;
  for (const { parts } of asides) rmSync(parts.old[1]);
  return null;
}

function copyAside([before, aside]: readonly [string, string]): void {
  mkdirSync(dirname(before), { recursive: true });
  rmSync(before, { force: true });
  copyFileSync(aside, before);
}

function savedInto(kept: ChangeUnderWay, staged: readonly Staged[]): string | null {
  const late = staged.find(({ write }) => {
    const old = existing(partsOf(kept, write.path).old);
    return old !== undefined && hashNow(old) !== write.from;
  });
  return late?.write.path ?? null;
}
