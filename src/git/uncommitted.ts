import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fields, findRepository, literal, type Repository } from './repository.ts';

/**
 * The files below some folders that have changes which are not committed: staged, not staged, or not known to git.
 * Ignored ones count for nothing. Takes no lock of git's. Each folder may lie in a repository of its own (a submodule).
 * @param folder all paths, in and out, are relative to it.
 * @returns null where none lies in a repository.
 * @throws GitError where git cannot tell.
 */
export async function uncommittedFiles(
  folder: string,
  below: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string> | null> {
  const root = realpathSync(folder);
  const found = new Set<string>();
  let isNone = true;
  for (const path of below) {
    const place = join(root, path);
    // A folder that is gone is told of by the repository around it.
    const repository = await findRepository(nearest(place), signal);
    if (repository === null) continue;
    isNone = false;
    // What lies behind a symbolic link is found by its own name, and told by the name that it has here.
    const real = existsSync(place) ? realpathSync(place) : place;
    for (const file of await statusOf(repository, relative(repository.top, real)))
      found.add(relative(root, join(place, relative(real, join(repository.top, file)))));
  }
  return isNone ? null : found;
}

/** Paths from the top of the repository on. */
async function statusOf(repository: Repository, below: string): Promise<string[]> {
  const flags = ['--porcelain=v1', '-z', '--no-renames', '--untracked-files=all', '--ignore-submodules=none'];
  const paths = below === '' ? [] : ['--', literal(below)];
  const output = await repository.read(['status', ...flags, ...paths], { env: { GIT_OPTIONAL_LOCKS: '0' } });
  return fields(output).map((entry) => entry.slice(3));
}

function nearest(folder: string): string {
  return existsSync(folder) ? folder : nearest(dirname(folder));
}
