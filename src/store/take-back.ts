/**
 * Takes a change back, as if it had not been made: what was renamed away goes back to its place, and so it does with what a
 * person saved into it since. Nothing that a person wrote is removed: of two saves the later one stays in place, and the
 * other one is kept among the backups. Idempotent: after a crash the same call finishes what the first began.
 */
import { existsSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SavedCopy } from '../domain/log-texts.ts';
import { faultPoint } from '../process/fault-point.ts';
import { readPeoplesBytes, UnusableFile } from '../files/people-file.ts';
import { sha256, syncPath } from './atomic.ts';
import { SAVED, type FileChange } from './backups.ts';
import { moveAway, putInPlace, realPlace } from './place.ts';

/** A change that is not done yet, or that is to be taken back. */
export interface ChangeUnderWay {
  /** Folder that the paths of its files are relative to. */
  readonly root: string;
  /** Folder of its list and copies: `before/<path>`, `after/<path>`, and `ours/<path>` while it is taken back. */
  readonly folder: string;
  /** Name that no other change has; part of the names of old files that could not be renamed into its folder. */
  readonly id: string;
  readonly files: readonly FileChange[];
  /** Folder of the module's backups. */
  readonly backups: string;
}

/** Where the parts of a file's change are. */
export interface Parts {
  /** The file itself, behind all symbolic links. */
  readonly place: string;
  /** The old file, once it was renamed away: the first that exists; the second where backups are on another file system. */
  readonly old: readonly [before: string, aside: string];
  /** Our file, once it was renamed away to be taken back. */
  readonly ours: readonly [below: string, aside: string];
}

/** Where the parts of a file's change are, whether they exist or not. */
export function partsOf({ root, folder, id }: Pick<ChangeUnderWay, 'root' | 'folder' | 'id'>, path: string): Parts {
  const place = realPlace(join(root, path));
  const aside = join(dirname(place), `.batch-manager-old-${id}-${sha256(path).slice(0, 12)}`);
  return {
    place,
    old: [join(folder, 'before', path), aside],
    ours: [join(folder, 'ours', path), `${aside}-ours`],
  };
}

/** Renames a file to the first of two paths that is on its file system; null where it is gone. */
export function takeAway(place: string, [near, aside]: readonly [string, string]): string | null {
  const moved = moveAway(place, near);
  if (moved === 'gone') return null;
  if (moved === 'moved') return near;
  return moveAway(place, aside) === 'gone' ? null : aside;
}

/** The one of two paths that exists; undefined where none does. The aside comes first: what is at the other is its copy. */
export const existing = ([near, aside]: readonly [string, string]): string | undefined =>
  [aside, near].find((path) => isThere(path));

/** A file's hash, null where there is none, `unusable` where it is no ordinary file. */
export function hashNow(file: string): string | null {
  try {
    const bytes = readPeoplesBytes(file);
    return bytes === null ? null : sha256(bytes);
  } catch (error) {
    if (error instanceof UnusableFile) return 'unusable';
    throw error;
  }
}

const isThere = (path: string): boolean => lstatSync(path, { throwIfNoEntry: false }) !== undefined;

/** Name of the mark that a new file is being copied into its place: until the copy is whole, a part of it is there. */
export const COPYING = 'copying';

/** Takes all of a change back; gives the texts that people saved and that are not in their place. */
export async function takeBack(change: ChangeUnderWay): Promise<SavedCopy[]> {
  const saved: SavedCopy[] = [];
  const folders = new Set<string>();
  for (const file of change.files.toReversed()) {
    const parts = partsOf(change, file.path);
    const kept = giveBack(change, file, parts);
    if (kept !== null) saved.push({ path: file.path, copy: kept, file: join(change.root, file.path) });
    folders.add(dirname(parts.place));
  }
  await Promise.all([...folders].map(syncPath));
  return saved;
}

/** Gives one file back; the path of a text of a person that is not in its place, or null. */
function giveBack(change: ChangeUnderWay, file: FileChange, { place, old, ours }: Parts): string | null {
  const isOurs = (path: string): boolean => hashNow(path) === file.to || isPartOfOurs(change, file, path);
  // A crash came between: what stood in our file's place was renamed away, and is a person's.
  const held = existing(ours);
  if (held !== undefined && !isOurs(held)) putBack(held, place);
  const moved = existing(old);
  if ((moved !== undefined || file.from === null) && file.to !== null && isOurs(place)) {
    const away = takeAway(place, ours);
    faultPoint(`settle:away-${file.kind}`);
    // A person saved it in this very instant.
    if (away !== null && !isOurs(away)) putBack(away, place);
  }
  if (moved === undefined) return drop(ours);
  mkdirSync(dirname(place), { recursive: true });
  const isTaken = !give(moved, place) && !isSame(moved, place);
  faultPoint(`settle:put-${file.kind}`);
  drop(ours);
  if (isTaken && hashNow(moved) !== file.from) return keepSaved(change, file, moved);
  return drop(old);
}

/** Puts a person's file back where it was; where another one is there by now, it stays where it is. */
function putBack(path: string, place: string): void {
  if (give(path, place)) rmSync(path, { force: true });
}

/** Puts whatever was renamed away back; false where something is there by now. */
function give(path: string, place: string): boolean {
  if (!lstatSync(path).isDirectory()) return putInPlace(path, place) !== 'taken';
  if (isThere(place)) return false;
  renameSync(path, place);
  return true;
}

function drop(paths: readonly [string, string]): null {
  for (const path of paths) rmSync(path, { force: true });
  return null;
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [one, other].map((path) => lstatSync(path, { throwIfNoEntry: false }));
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

/** Whether a file holds the beginning of our text, which a crash has cut while it was copied into its place. */
function isPartOfOurs({ folder }: ChangeUnderWay, { path }: FileChange, file: string): boolean {
  const whole = join(folder, 'after', path);
  if (!existsSync(join(folder, COPYING)) || !existsSync(whole) || hashNow(file) === null) return false;
  const [part, all] = [readFileSync(file), readFileSync(whole)];
  return part.length < all.length && all.subarray(0, part.length).equals(part);
}

function keepSaved({ backups }: ChangeUnderWay, { path }: FileChange, moved: string): string {
  for (let number = 1; ; number += 1) {
    const copy = join(backups, SAVED, String(number), path);
    if (isThere(copy)) continue;
    mkdirSync(dirname(copy), { recursive: true });
    if (moveAway(moved, copy) === 'elsewhere') {
      putInPlace(moved, copy);
      rmSync(moved);
    }
    return copy;
  }
}
