/** What tasks changed, as it is recorded under `.batch-manager/backups/`: which file, from what to what, with copies. */
import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { z } from 'zod';
import type { SavedCopy } from '../domain/log-texts.ts';
import { FIXABLE_KINDS, type ModuleRef } from '../domain/module.ts';
import { isNotFound, isThere, namesIn, readJson, readOptional, sha256 } from './atomic.ts';
import type { Workspace } from './workspace.ts';

/** The files of a module that tasks write. */
const RECORDED_KINDS = [...FIXABLE_KINDS, 'research', 'review'] as const;
export type RecordedKind = (typeof RECORDED_KINDS)[number];

const fileChangeSchema = z.object({
  kind: z.enum(RECORDED_KINDS),
  /** Relative to the manifest's folder. */
  path: z.string(),
  /** SHA-256 of the old bytes; null where the file did not exist. */
  from: z.string().nullable(),
  /** SHA-256 of the new bytes; null where the file was removed. */
  to: z.string().nullable(),
});

export type FileChange = z.infer<typeof fileChangeSchema>;

const recordedSchema = z.object({
  /** ISO time. */
  at: z.string(),
  round: z.number(),
  base: z.string(),
  candidate: z.string(),
  files: z.array(fileChangeSchema),
});

/** One recorded change: what was changed from what to what. */
export type RecordedChange = z.infer<typeof recordedSchema>;

/** A recorded change with the folder of its copies. */
export type KeptChange = RecordedChange & { readonly folder: string };

/** Name of the list in a change's folder. It is written last: a list on disk means that its copies are whole. */
export const CHANGE_LIST = 'apply.json';

/** Folder of what people saved that a later save of theirs has displaced: `saved/<number>/<path>`. */
export const SAVED = 'saved';

/** Folders of changes of the module itself; those of reviews have another name. */
const ROUND = /^r\d/;

/** Where the backups of a task's module lie, a folder a change: `apply.json`, `before/<path>`, `after/<path>`. */
export function backupFolder(workspace: Workspace, taskId: string, ref: Pick<ModuleRef, 'track' | 'slug'>): string {
  return join(backupsOf(workspace), taskId, ref.track, ref.slug);
}

const backupsOf = (workspace: Workspace): string => join(workspace.state, 'backups');

/** The change that a folder keeps; null where there is none, or one that was not wholly kept. */
export async function readChange(folder: string): Promise<RecordedChange | null> {
  const parsed = recordedSchema.safeParse(await readJson(join(folder, CHANGE_LIST)));
  return parsed.success ? parsed.data : null;
}

/** All that a task wrote of a module, reviews too, oldest first. */
export async function keptChanges(folder: string): Promise<KeptChange[]> {
  return changesIn(folder, await namesIn(folder));
}

/** What a task changed in a module, oldest first, with the folder of each round's copies. */
export async function appliedRounds(folder: string): Promise<KeptChange[]> {
  return changesIn(
    folder,
    (await namesIn(folder)).filter((name) => ROUND.test(name)),
  );
}

/** The files of a module that a task changed, by its folder of backups. */
export async function changedPaths(folder: string): Promise<string[]> {
  const rounds = await appliedRounds(folder);
  return [...new Set(rounds.flatMap(({ files }) => files.map(({ path }) => path)))];
}

async function changesIn(folder: string, names: readonly string[]): Promise<KeptChange[]> {
  const changes = await Promise.all(
    names.map(async (name) => {
      const change = await readChange(join(folder, name));
      return change === null ? [] : [{ ...change, folder: join(folder, name) }];
    }),
  );
  return changes.flat().sort((a, b) => a.at.localeCompare(b.at));
}

/** The modules of a track of which a task wrote a file, also only a review. */
export async function writtenModules(workspace: Workspace, taskId: string, track: string): Promise<string[]> {
  return namesIn(join(backupsOf(workspace), taskId, track));
}

/** The tasks that wrote these very bytes into a file of a module, the newest last. */
export async function writersOf(
  workspace: Workspace,
  ref: Pick<ModuleRef, 'track' | 'slug'>,
  path: string,
  hash: string,
): Promise<string[]> {
  const writers: { readonly taskId: string; readonly at: string }[] = [];
  for (const taskId of await namesIn(backupsOf(workspace))) {
    const changes = await keptChanges(backupFolder(workspace, taskId, ref));
    const wrote = changes.findLast(({ files }) => files.some((file) => file.path === path && file.to === hash));
    if (wrote !== undefined) writers.push({ taskId, at: wrote.at });
  }
  return writers.sort((a, b) => a.at.localeCompare(b.at)).map(({ taskId }) => taskId);
}

/** Texts of a module that people saved into its old files after a task had renamed them away, or that a later save displaced. */
export async function savedCopies(backups: string, root: string): Promise<SavedCopy[]> {
  const saved: SavedCopy[] = [];
  for (const { files, folder } of await keptChanges(backups)) {
    for (const { path, from } of files) {
      const copy = join(folder, 'before', path);
      const bytes = from === null ? null : await readOptional(copy);
      if (bytes !== null && sha256(bytes) !== from) saved.push({ path, copy, file: join(root, path) });
    }
  }
  const displaced = join(backups, SAVED);
  for (const number of await namesIn(displaced)) {
    for (const path of filesBelow(join(displaced, number))) {
      const name = relative(join(displaced, number), path);
      saved.push({ path: name, copy: path, file: join(root, name) });
    }
  }
  return saved;
}

/** All files below a folder; none where there is no such folder. */
export function filesBelow(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [path];
    });
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** Whether a task of this workspace has kept anything of a module. */
export async function hasBackups(
  workspace: Workspace,
  taskId: string,
  ref: Pick<ModuleRef, 'track' | 'slug'>,
): Promise<boolean> {
  return isThere(backupFolder(workspace, taskId, ref));
}
