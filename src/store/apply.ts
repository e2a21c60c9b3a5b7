/** Puts a candidate in the place of its base: with `proposals.ts` the one place that changes a module for the better. */
import { join } from 'node:path';
import { editedText } from '../domain/log-texts.ts';
import { FIXABLE_KINDS, type FixableKind } from '../domain/module.ts';
import { changeFiles, type FileGuard, type FileWrite } from './change-files.ts';
import type { ModulePaths } from './module-files.ts';
import type { StoredVersion } from './versions.ts';
import type { Workspace } from './workspace.ts';

export type ApplyOutcome =
  { readonly kind: 'applied'; readonly files: string[] } | { readonly kind: 'base-changed'; readonly detail: string };

/** Puts a candidate in the place of its base. Idempotent: after a crash the same call finishes what the first began. */
export async function applyVersion(options: {
  readonly workspace: Workspace;
  readonly paths: ModulePaths;
  readonly base: StoredVersion;
  readonly candidate: StoredVersion;
  /** The module's folder of backups. */
  readonly backups: string;
  readonly round: number;
}): Promise<ApplyOutcome> {
  const { workspace, paths, base, candidate, round, backups } = options;
  const { files, guards } = changesBetween(paths, base, candidate);
  const edited = await changeFiles({
    workspace,
    root: paths.folder,
    files,
    guards,
    folder: join(backups, changeName(round, candidate.hash)),
    round,
    base: base.hash,
    candidate: candidate.hash,
    keeps: 'all',
    point: 'apply',
  });
  if (edited !== null) return { kind: 'base-changed', detail: editedText(edited.path, edited.saved) };
  return { kind: 'applied', files: files.map((file) => file.path) };
}

/** Name of the folder of a change. */
export const changeName = (round: number, hash: string): string => `r${round}-${hash.slice(0, 8)}`;

/** What a candidate changes of its base, and what must be as in the base: files that are not to change count, too. */
export function changesBetween(
  paths: ModulePaths,
  base: StoredVersion,
  candidate: StoredVersion,
): { readonly files: (FileWrite & { readonly kind: FixableKind })[]; readonly guards: FileGuard[] } {
  const files: (FileWrite & { readonly kind: FixableKind })[] = [];
  const guards: FileGuard[] = [];
  for (const kind of FIXABLE_KINDS) {
    const [from, to, path] = [base.hashes[kind], candidate.hashes[kind], paths.relative(paths.file(kind))];
    if (to === null || to === from) guards.push({ path, hash: from });
    else files.push({ kind, path, from, to, content: candidate.text.files[kind] ?? '' });
  }
  return { files, guards };
}
