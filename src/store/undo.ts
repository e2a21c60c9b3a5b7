/**
 * Gives a module the text back that it had before a task changed it. Invariants:
 * 1. Only bytes that the task wrote are replaced, unless it is forced; all of a module's files are, or none.
 * 2. A text that a person wrote between two rounds of the task is where the way back ends: it is nobody's to throw away.
 * 3. An undo is a recorded change itself, so the text that it replaces is kept, also where it is forced.
 */
import { join } from 'node:path';
import { TypedError } from '../domain/failure.ts';
import type { SavedCopy } from '../domain/log-texts.ts';
import { readOptional, sha256 } from './atomic.ts';
import { changeName } from './apply.ts';
import {
  backupFolder,
  changedPaths,
  keptChanges,
  writtenModules,
  type KeptChange,
  type RecordedKind,
} from './backups.ts';
import { changeFiles, type FileWrite } from './change-files.ts';
import { peoplesHash } from './module-files.ts';
import { takeBackLeft } from './under-way.ts';
import type { Workspace } from './workspace.ts';

/** A file that a task changed, with the way back. */
export interface UndoableFile {
  readonly kind: RecordedKind;
  /** Relative to the manifest's folder. */
  readonly path: string;
  /** SHA-256 of the text before; null where there was no file. */
  readonly original: string | null;
  /** Folder of the change whose copy is that text. */
  readonly folder: string;
  /** SHA-256 of the last text that the task wrote; null where it removed the file. */
  readonly last: string | null;
  /** Folder of the change that wrote it. */
  readonly lastFolder: string;
  /** All texts on the way, each one of the task's own or one that it has a copy of. */
  readonly known: ReadonlySet<string | null>;
}

export type UndoOutcome =
  /** `files` are those that were given their old text, also before a crash; none where all were as before already. */
  | {
      readonly kind: 'undone';
      readonly files: string[];
      /** Whether more than a review was given back. */
      readonly ofModule: boolean;
    }
  | { readonly kind: 'edited-since'; readonly files: string[]; readonly saved: readonly SavedCopy[] }
  | { readonly kind: 'nothing' };

/**
 * The files of a module that an undo gives back, by the task's folder of backups. Of a module that was not changed itself only
 * the review that the task replaced: one that it wrote where none was stays, it was paid for and is true of the text.
 */
async function undoableFiles(backups: string): Promise<UndoableFile[]> {
  const files = await writtenFiles(backups);
  return files.some(isOfModule) ? files : files.filter(({ original }) => original !== null);
}

const isOfModule = ({ kind }: UndoableFile): boolean => kind !== 'review';

/** The modules of a track that an undo of the task has something to do for. */
export async function undoableModules(workspace: Workspace, taskId: string, track: string): Promise<string[]> {
  const slugs = await writtenModules(workspace, taskId, track);
  const files = await Promise.all(slugs.map((slug) => undoableFiles(backupFolder(workspace, taskId, { track, slug }))));
  return slugs.filter((_, index) => (files[index] ?? []).length > 0);
}

/** All files that a task wrote of a module, by its folder of backups. */
export async function writtenFiles(backups: string): Promise<UndoableFile[]> {
  const changes = await keptChanges(backups);
  const paths = new Set(changes.flatMap(({ files }) => files.map(({ path }) => path)));
  return [...paths].map((path) => wayBack(path, changes));
}

/** From the last change of a file back to the first, or to where somebody else wrote between two of them. */
function wayBack(path: string, changes: readonly KeptChange[]): UndoableFile {
  const steps = changes.flatMap(({ files, folder }) =>
    files.filter((file) => file.path === path).map((file) => ({ ...file, folder })),
  );
  let index = steps.length - 1;
  while (index > 0 && steps[index - 1]?.to === steps[index]?.from) index -= 1;
  const [first, last] = [steps[index], steps.at(-1)];
  if (first === undefined || last === undefined) throw new Error(`no change of ${path} is recorded`);
  const known = new Set(steps.slice(index).flatMap(({ from, to }) => [from, to]));
  return {
    kind: last.kind,
    path,
    original: first.from,
    folder: first.folder,
    last: last.to,
    lastFolder: last.folder,
    known,
  };
}

/** Undoes what a task changed in a module; idempotent: after a crash the same call finishes what the first began. */
export async function undoModule(options: {
  readonly workspace: Workspace;
  /** The manifest's folder. */
  readonly root: string;
  /** Where the backups of the task to be undone lie. */
  readonly backups: string;
  /** Where the copies of what is replaced are kept. */
  readonly keep: string;
  /** Whether files that were changed since are replaced, too. */
  readonly force: boolean;
}): Promise<UndoOutcome> {
  const { workspace, root, keep, force } = options;
  // A file that a killed process left away from its place would seem to be removed by a person.
  await takeBackLeft(workspace);
  const undoable = await undoableFiles(options.backups);
  if (undoable.length === 0) return { kind: 'nothing' };
  const current = new Map<string, string | null>();
  for (const { path } of undoable) current.set(path, peoplesHash(join(root, path)));
  const edited = undoable.filter(({ path, known }) => !known.has(current.get(path) ?? null));
  const ofModule = undoable.some(isOfModule);
  const inTheWay = edited.filter((file) => isOfModule(file) || !ofModule).map(({ path }) => path);
  if (inTheWay.length > 0 && !force) return { kind: 'edited-since', files: inTheWay, saved: [] };
  const wanted: UndoableFile[] = [];
  for (const file of undoable) {
    // A review that was written anew speaks of another text: it is left, as is one whose copy a power cut has taken.
    const isBeside = ofModule && !isOfModule(file);
    const isLeft = isBeside && (edited.includes(file) || (await copyBefore(file)) === 'lost');
    if (!isLeft) wanted.push(file);
  }
  const changed = wanted.filter(({ path, original }) => current.get(path) !== original);
  const files = await Promise.all(changed.map((file) => restoring(file, current.get(file.path) ?? null)));
  const target = sha256(wanted.map(({ path, original }) => `${path}:${original ?? '-'}`).join('\n'));
  const met = await changeFiles({
    workspace,
    root,
    files,
    guards: [],
    folder: join(keep, changeName(0, target)),
    round: 0,
    base: sha256(wanted.map(({ path }) => `${path}:${current.get(path) ?? '-'}`).join('\n')),
    candidate: target,
    keeps: 'all',
    point: 'undo',
  });
  if (met !== null) return { kind: 'edited-since', files: [met.path], saved: met.saved };
  return { kind: 'undone', files: await changedPaths(keep), ofModule };
}

/** @throws TypedError BadRequest where the copy is not what it is to be. */
async function restoring(undoable: UndoableFile, from: string | null): Promise<FileWrite> {
  const { kind, path, original: to, folder } = undoable;
  const content = await copyBefore(undoable);
  if (content === 'lost')
    throw new TypedError('BadRequest', `The backup ${beforeIn(folder, path)} is gone or damaged; nothing was undone.`);
  return { kind, path, from, to, content };
}

/** The last text that the task wrote; null where it removed the file, or keeps no copy. */
export async function lastText({ path, lastFolder, last }: UndoableFile): Promise<string | null> {
  const bytes = last === null ? null : await readOptional(join(lastFolder, 'after', path));
  return bytes?.toString('utf8') ?? null;
}

/** The bytes of a file before the task; null where there was no file, `lost` where the copy is gone or damaged. */
export async function copyBefore({ path, folder, original }: UndoableFile): Promise<Uint8Array | null | 'lost'> {
  if (original === null) return null;
  const bytes = await readOptional(beforeIn(folder, path));
  return bytes !== null && sha256(bytes) === original ? bytes : 'lost';
}

const beforeIn = (folder: string, path: string): string => join(folder, 'before', path);
