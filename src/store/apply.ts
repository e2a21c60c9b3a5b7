/**
 * The one place that changes a module. Invariants:
 * 1. Compare-and-swap: a file is written only where its bytes are those that the candidate was made from, or those that the
 *    candidate has (a repeated apply). Anything else is a person's edit, which is refused and never overwritten.
 * 2. Before the first write a list of all files with their hashes is on disk, and a backup of each old file.
 * 3. Each file is replaced as a whole (temp file, fsync, rename, fsync of the folder).
 */
import { join } from 'node:path';
import { z } from 'zod';
import { FIXABLE_KINDS, type ModuleRef } from '../domain/module.ts';
import { faultPoint } from '../process/fault-point.ts';
import { namesIn, readJson, readOptional, sha256, writeAtomic } from './atomic.ts';
import type { ModulePaths } from './module-files.ts';
import type { StoredVersion } from './versions.ts';
import type { Workspace } from './workspace.ts';

const changeSchema = z.object({
  kind: z.enum(FIXABLE_KINDS),
  /** Relative to the manifest's folder. */
  path: z.string(),
  /** SHA-256 of the old bytes; null where the file did not exist. */
  from: z.string().nullable(),
  to: z.string(),
});
const appliedSchema = z.object({
  /** ISO time. */
  at: z.string(),
  round: z.number(),
  base: z.string(),
  candidate: z.string(),
  files: z.array(changeSchema),
});

/** One applied round: what was changed from what to what. */
export type AppliedRound = z.infer<typeof appliedSchema>;

/** Where the backups of a task's module lie, a folder an applied round: `apply.json`, `before/<path>`, `after/<path>`. */
export function backupFolder(workspace: Workspace, taskId: string, ref: Pick<ModuleRef, 'track' | 'slug'>): string {
  return join(workspace.state, 'backups', taskId, ref.track, ref.slug);
}

async function readApplied(folder: string): Promise<AppliedRound | null> {
  const parsed = appliedSchema.safeParse(await readJson(join(folder, 'apply.json')));
  return parsed.success ? parsed.data : null;
}

/** What a task applied to a module, oldest first, with the folder of each round's copies. */
export async function appliedRounds(folder: string): Promise<(AppliedRound & { readonly folder: string })[]> {
  const names = await namesIn(folder);
  const rounds = await Promise.all(
    names.map(async (name) => {
      const applied = await readApplied(join(folder, name));
      return applied === null ? [] : [{ ...applied, folder: join(folder, name) }];
    }),
  );
  return rounds.flat().sort((a, b) => a.at.localeCompare(b.at));
}

export type ApplyOutcome =
  { readonly kind: 'applied'; readonly files: string[] } | { readonly kind: 'base-changed'; readonly detail: string };

/** Puts a candidate in the place of its base. Idempotent: after a crash the same call finishes what the first began. */
export async function applyVersion(options: {
  readonly paths: ModulePaths;
  readonly base: StoredVersion;
  readonly candidate: StoredVersion;
  /** The module's folder of backups. */
  readonly backups: string;
  readonly round: number;
}): Promise<ApplyOutcome> {
  const { paths, base, candidate, round } = options;
  const backup = join(options.backups, `r${round}-${candidate.hash.slice(0, 8)}`);
  const files = changes(paths, base, candidate);
  const edited = await editedFile(paths, base, candidate);
  if (edited !== null) return { kind: 'base-changed', detail: `${edited} was edited meanwhile; it was left as it is` };
  const at = new Date().toISOString();
  faultPoint('apply:begun');
  await keepBackup(paths, candidate, backup, { at, round, base: base.hash, candidate: candidate.hash, files });
  faultPoint('apply:listed');
  for (const { kind, to } of files) {
    const current = await readOptional(paths.file(kind));
    if (current === null || sha256(current) !== to)
      await writeAtomic(paths.file(kind), candidate.text.files[kind] ?? '');
    faultPoint(`apply:written-${kind}`);
  }
  return { kind: 'applied', files: files.map((file) => file.path) };
}

function changes(paths: ModulePaths, base: StoredVersion, candidate: StoredVersion): AppliedRound['files'] {
  return FIXABLE_KINDS.flatMap((kind) => {
    const [from, to] = [base.hashes[kind], candidate.hashes[kind]];
    return to === null || to === from ? [] : [{ kind, path: paths.relative(paths.file(kind)), from, to }];
  });
}

/** The first file that is neither as in the base nor as in the candidate; files that are not to change count, too. */
async function editedFile(paths: ModulePaths, base: StoredVersion, candidate: StoredVersion): Promise<string | null> {
  for (const kind of FIXABLE_KINDS) {
    const bytes = await readOptional(paths.file(kind));
    const current = bytes === null ? null : sha256(bytes);
    if (current !== base.hashes[kind] && current !== candidate.hashes[kind]) return paths.relative(paths.file(kind));
  }
  return null;
}

/** Copies the old files first and writes the list last: a list on disk means that its backups are whole. */
async function keepBackup(
  paths: ModulePaths,
  candidate: StoredVersion,
  backup: string,
  applied: AppliedRound,
): Promise<void> {
  if ((await readApplied(backup)) !== null) return;
  for (const { kind, path } of applied.files) {
    const before = await readOptional(paths.file(kind));
    if (before !== null) await writeAtomic(join(backup, 'before', path), before);
    faultPoint(`apply:saved-${kind}`);
    await writeAtomic(join(backup, 'after', path), candidate.text.files[kind] ?? '');
  }
  await writeAtomic(join(backup, 'apply.json'), `${JSON.stringify(applied, null, 2)}\n`);
}
