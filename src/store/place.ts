/**
 * The two moves by which files of people are replaced without a moment in which a save is lost: what is there is renamed away,
 * whatever it is at that instant, and the new file is put in only where nothing is.
 */
import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isNotFound } from './atomic.ts';

/** Links that are followed one after the other, as the kernel does. */
const MAX_LINKS = 40;

/** Where a path leads: a symbolic link stays, and what it points to is replaced or, where it points to nothing, made. */
export function realPlace(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  let place = file;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const stat = lstatSync(place, { throwIfNoEntry: false });
    if (stat?.isSymbolicLink() !== true) return place;
    place = resolve(dirname(place), readlinkSync(place));
  }
  return place;
}

/** Renames whatever is at a path; `elsewhere` where the other path is on another file system. */
export function moveAway(from: string, to: string): 'moved' | 'gone' | 'elsewhere' {
  mkdirSync(dirname(to), { recursive: true });
  try {
    renameSync(from, to);
    return 'moved';
  } catch (error) {
    if (isNotFound(error)) return 'gone';
    if ((error as NodeJS.ErrnoException).code === 'EXDEV') return 'elsewhere';
    throw error;
  }
}

/** What a file system says that has no hard links, or allows none to this file. */
const NO_LINK = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV', 'EACCES']);

/** For file systems without hard links. */
export interface PutOptions {
  /** Called before the file is copied: until the copy is whole, a part of it is in the place. */
  readonly beforeCopy?: () => void;
  /** Left out but for tests of such file systems. */
  readonly link?: (from: string, to: string) => void;
}

/**
 * Puts a file where nothing is: `linked`, the same file under a second name; `copied` where that cannot be; `taken` where
 * something is there by now, which stays.
 */
export function putInPlace(source: string, place: string, options: PutOptions = {}): 'linked' | 'copied' | 'taken' {
  try {
    (options.link ?? linkSync)(source, place);
    return 'linked';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'EEXIST') return 'taken';
    if (!NO_LINK.has(code)) throw error;
  }
  try {
    options.beforeCopy?.();
    copyFileSync(source, place, constants.COPYFILE_EXCL);
    syncNow(place);
    return 'copied';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return 'taken';
    throw error;
  }
}

function syncNow(file: string): void {
  const descriptor = openSync(file, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
