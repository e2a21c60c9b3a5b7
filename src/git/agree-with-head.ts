/**
 * After a commit, git has in its index what it took from the working tree, not what the hooks made of it in the commit: a
 * hook that formats and stages again (as lint-staged does) would leave its change staged in reverse, and the next commit
 * would take it back. Here the index is told what the commit has. Invariants:
 * 1. Only entries change that nobody staged: those that are still as the commit before had them, and those of ours that are
 *    still as the task wrote them. What a person has staged stays as it is.
 * 2. No file changes.
 */
import { sha256 } from '../store/atomic.ts';
import { fields, type Repository } from './repository.ts';

/** A file of ours that was committed. */
export interface CommittedFile {
  /** Relative to the top of the working tree. */
  readonly path: string;
  /** SHA-256 of the bytes that the task wrote; null where it removed the file. */
  readonly wrote: string | null;
}

/** Mode and id of an entry, as git writes them: `100644 1f7a…`. */
type Entries = ReadonlyMap<string, string>;

/**
 * Gives the index what the last commit has of all that was committed since another one.
 * @param since id of the commit before; null where there was none, or where it is not known: then it is about our files alone.
 * @returns our files that the commit has otherwise than the task wrote them, by their paths.
 * @throws GitError where git fails.
 */
export async function agreeWithHead(
  repository: Repository,
  since: string | null,
  files: readonly CommittedFile[],
): Promise<string[]> {
  const staged = fields(await repository.read(['diff', '--cached', '--name-only', '-z', '--no-renames']));
  if (staged.length === 0) return [];
  const ours = new Map(files.map((file) => [file.path, file]));
  const others = since === null ? [] : await changedSince(repository, since);
  const about = new Set([...ours.keys(), ...others]);
  const paths = staged.filter((path) => about.has(path));
  if (paths.length === 0) return [];
  const index = await indexEntries(repository, new Set(paths));
  const head = await treeEntries(repository, 'HEAD', paths);
  const before: Entries = since === null ? new Map() : await treeEntries(repository, since, paths);
  const nothing = `0 ${'0'.repeat((await headOf(repository))?.length ?? 40)}`;
  const changes: string[] = [];
  const reformed: string[] = [];
  for (const path of paths) {
    const entry = index.get(path);
    // Several entries of one path are a conflict that a person is to solve.
    if (entry === 'conflict') continue;
    const file = ours.get(path);
    const isOurs = file !== undefined && (await isAsWritten(repository, file, entry));
    if (!isOurs && (since === null || entry !== before.get(path))) continue;
    if (isOurs) reformed.push(path);
    changes.push(`${head.get(path) ?? nothing}\t${path}\0`);
  }
  if (changes.length > 0) {
    await repository.read(['update-index', '-z', '--index-info'], { stdin: changes.join('') });
    // The times of the files are not in the entries: without them the next look would read each file.
    await repository.run(['update-index', '-q', '--refresh']);
  }
  return reformed;
}

/** Id of the last commit; null where there is none. */
export async function headOf(repository: Repository): Promise<string | null> {
  const result = await repository.run(['rev-parse', '--quiet', '--verify', 'HEAD']);
  return result.exitCode === 0 ? result.stdout.trim() : null;
}

async function changedSince(repository: Repository, since: string): Promise<string[]> {
  return fields(await repository.read(['diff-tree', '-r', '-z', '--no-renames', '--name-only', since, 'HEAD']));
}

/** Whether an entry of the index is what the task wrote, by the bytes that git would write into the working tree. */
async function isAsWritten(repository: Repository, file: CommittedFile, entry: string | undefined): Promise<boolean> {
  if (file.wrote === null || entry === undefined) return file.wrote === null && entry === undefined;
  const id = entry.slice(entry.indexOf(' ') + 1);
  const read = await repository.run(['cat-file', '--filters', `--path=${file.path}`, id]);
  return read.exitCode === 0 && sha256(Buffer.from(read.stdout)) === file.wrote;
}

/** So many paths are named to git on the command line; of more, all files are asked for. */
const FEW = 100;

/** Entries of a commit; beside those that are asked for there may be others. */
export async function treeEntries(repository: Repository, commit: string, paths: readonly string[]): Promise<Entries> {
  const some = paths.length <= FEW ? ['--', ...paths] : [];
  const lines = fields(await repository.read(['ls-tree', '-r', '-z', commit, ...some]));
  const entries = lines.map((line) => /^(\d+) \w+ (\w+)\t([^]*)$/.exec(line)).filter((match) => match !== null);
  return new Map(entries.map(([, mode, id, path]) => [path ?? '', `${mode} ${id}`]));
}

/** Entries of the index; `conflict` where a merge left several. */
async function indexEntries(repository: Repository, paths: ReadonlySet<string>): Promise<Entries> {
  const entries = new Map<string, string>();
  for (const line of fields(await repository.read(['ls-files', '--stage', '-z']))) {
    const [, mode, id, stage, path = ''] = /^(\d+) (\w+) (\d)\t([^]*)$/.exec(line) ?? [];
    if (paths.has(path)) entries.set(path, stage === '0' ? `${mode} ${id}` : 'conflict');
  }
  return entries;
}
