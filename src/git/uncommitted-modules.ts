import { join } from 'node:path';
import { FILE_KINDS, type ModuleRef } from '../domain/module.ts';
import { writersOf } from '../store/backups.ts';
import { modulePaths, type ModulePaths } from '../store/module-files.ts';
import { hashNow } from '../store/take-back.ts';
import type { Workspace } from '../store/workspace.ts';
import type { GitError } from './repository.ts';
import { uncommittedFiles } from './uncommitted.ts';

/**
 * The modules of which a file has uncommitted changes of a person, with the files' paths, by slug; null where there is no
 * repository. What a task wrote and nobody touched since is no person's work.
 * @throws GitError where git cannot tell.
 */
export async function uncommittedModules(options: {
  readonly workspace: Workspace;
  /** The manifest's folder. */
  readonly folder: string;
  readonly refs: readonly ModuleRef[];
  readonly signal: AbortSignal;
}): Promise<ReadonlyMap<string, readonly string[]> | null> {
  const { workspace, folder, refs, signal } = options;
  const found = new Map<string, readonly string[]>();
  const track = refs[0]?.track;
  if (track === undefined) return found;
  const uncommitted = await uncommittedFiles(folder, [track, join('plans', track)], signal);
  if (uncommitted === null) return null;
  if (uncommitted.size === 0) return found;
  for (const ref of refs) {
    const mine = pathsOf(await modulePaths(folder, ref)).filter((path) => uncommitted.has(path));
    const persons: string[] = [];
    for (const path of mine) if (!(await isOurs(workspace, folder, ref, path))) persons.push(path);
    if (persons.length > 0) found.set(ref.slug, persons);
  }
  return found;
}

const pathsOf = (paths: ModulePaths): string[] =>
  [...FILE_KINDS.map((kind) => paths.file(kind)), paths.research].map((file) => paths.relative(file));

async function isOurs(workspace: Workspace, folder: string, ref: ModuleRef, path: string): Promise<boolean> {
  const hash = hashNow(join(folder, path));
  return hash !== null && (await writersOf(workspace, ref, path, hash)).length > 0;
}

/** `3 modules have uncommitted changes (01-a, 02-b, 03-c)`. */
export function uncommittedText(modules: ReadonlyMap<string, readonly string[]>): string {
  const slugs = [...modules.keys()];
  const more = slugs.length > 5 ? ', …' : '';
  const what = slugs.length === 1 ? '1 module has' : `${slugs.length} modules have`;
  return `${what} uncommitted changes (${slugs.slice(0, 5).join(', ')}${more})`;
}

/** What is said where git cannot tell which modules have uncommitted changes. */
export function cannotTellText(dirty: 'warn' | 'skip', { message }: GitError): string {
  const what = dirty === 'skip' ? 'they are skipped (git.dirty: skip)' : 'they are worked on, and backed up';
  return `git cannot tell which modules have uncommitted changes, so ${what}: ${message}`;
}

/** What is said of `git.dirty: skip` where there is no repository: nothing is committed there, so nothing is uncommitted. */
export const noRepositoryText = (folder: string): string =>
  `git.dirty is skip, but ${folder} is in no git repository: no module is skipped`;
