/** What tasks changed, as it is recorded under `.batch-manager/backups/`: which file, from what to what, with copies. */
import { join } from 'node:path';
import { z } from 'zod';
import { FIXABLE_KINDS, type ModuleRef } from '../domain/module.ts';
import { namesIn, readJson } from './atomic.ts';
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

/** The modules of a track that a task changed. */
export async function changedModules(workspace: Workspace, taskId: string, track: string): Promise<string[]> {
  const slugs = await writtenModules(workspace, taskId, track);
  const rounds = await Promise.all(
    slugs.map((slug) => appliedRounds(backupFolder(workspace, taskId, { track, slug }))),
  );
  return slugs.filter((_, index) => (rounds[index] ?? []).length > 0);
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
