import { realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fields, findRepository, literal } from './repository.ts';

/**
 * The files below some folders that have changes which are not committed: staged, not staged, or not known to git.
 * Ignored ones count for nothing. Takes no lock of git's.
 * @param folder all paths, in and out, are relative to it.
 * @returns null where there is no repository.
 * @throws GitError where git fails.
 */
export async function uncommittedFiles(
  folder: string,
  below: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string> | null> {
  const repository = await findRepository(folder, signal);
  if (repository === null) return null;
  const root = realpathSync(folder);
  const paths = below.map((path) => literal(relative(repository.top, join(root, path))));
  const flags = ['--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=none'];
  const output = await repository.read(['status', ...flags, '--', ...paths], { env: { GIT_OPTIONAL_LOCKS: '0' } });
  return new Set(fields(output).map((entry) => relative(root, join(repository.top, entry.slice(3)))));
}
