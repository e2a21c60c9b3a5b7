/**
 * Commits what a task wrote and nothing else. Invariants:
 * 1. A module is committed only where each of its files was, before the task, as the last commit has it, and is now as the
 *    task wrote it: a person's edit before or after would be in the commit. Such a module is left, and it is said.
 * 2. What a person has staged stays staged, and is in no commit of ours: git makes the commit from an index of its own
 *    (`git commit --only`), and holds its lock on the real one meanwhile.
 * 3. The hooks of the repository run, and what they refuse is not committed. What they changed is in the index as it is in the
 *    commit (agree-with-head.ts).
 */
import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { join, relative } from 'node:path';
import { readPeoplesBytes } from '../files/people-file.ts';
import { agreeWithHead, headOf, treeEntries, type CommittedFile } from './agree-with-head.ts';
import { fields, findRepository, GitError, literal, saidBy, unfinishedWork, type Repository } from './repository.ts';

/** How often git is asked again while somebody else holds its index, and the time between, ms. */
const LOCKED_TRIES = 20;
const LOCKED_MS = 500;

/** How long it may take to bring the index into order once the commit is over, also where that was ended, ms. */
const AFTER_MS = 2000;

/** A file that a task wrote. */
export interface WrittenFile {
  /** Relative to the folder. */
  readonly path: string;
  /** The bytes before; null where there was no file. */
  readonly before: Uint8Array | null;
  /** SHA-256 of what the task wrote; null where it removed the file. */
  readonly wrote: string | null;
  /** Whether it is still as the task left it. */
  readonly isUntouched: boolean;
}

export interface WrittenModule {
  readonly name: string;
  readonly files: readonly WrittenFile[];
}

export type CommitResult =
  | {
      readonly kind: 'committed';
      readonly id: string;
      readonly files: number;
      /** Of modules that were not committed, why. */
      readonly left: readonly string[];
      /** Files of the task that a hook changed in the commit. */
      readonly reformed: readonly string[];
    }
  | { readonly kind: 'not-committed'; readonly reasons: readonly string[] }
  /** The signal ended it; `paths`, from the top folder on, are what was to be committed. */
  | { readonly kind: 'ended'; readonly top: string; readonly paths: readonly string[] }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'no-repository' };

/**
 * Commits the files of modules in one commit. Does nothing where all is committed already, so it may be done again.
 * @throws GitError where git cannot even be asked.
 */
export async function commitModules(options: {
  /** The paths are relative to it. */
  readonly folder: string;
  readonly modules: readonly WrittenModule[];
  readonly message: string;
  readonly signal: AbortSignal;
}): Promise<CommitResult> {
  const { folder, modules, message, signal } = options;
  const repository = await findRepository(folder, signal);
  if (repository === null) return { kind: 'no-repository' };
  const unfinished = await unfinishedWork(repository);
  const prefix = relative(repository.top, realpathSync(folder));
  const look = await Look.at(
    repository,
    modules.flatMap(({ files }) => files.map(({ path }) => join(prefix, path))),
  );
  const wanted: Standing[] = [];
  const left: string[] = [];
  for (const { name, files } of modules) {
    const standings = await Promise.all(files.map((file) => look.standing(file, join(prefix, file.path))));
    const pending = standings.filter(({ state }) => state === 'to commit');
    const obstacle = standings.find(({ state }) => state !== 'to commit' && state !== 'committed');
    if (obstacle !== undefined) left.push(`${name}: ${obstacle.path} ${obstacle.state}`);
    else wanted.push(...pending);
  }
  if (wanted.length > 0 && unfinished !== null)
    return { kind: 'not-committed', reasons: [`${unfinished} is under way`] };
  const ours = modules.flatMap(({ files }) => files.map(({ path, wrote }) => ({ path: join(prefix, path), wrote })));
  if (wanted.length === 0) {
    // The worker that made the commit may have died before the index was in order.
    await inOrder(repository, null, ours);
    return left.length === 0 ? { kind: 'nothing' } : { kind: 'not-committed', reasons: left };
  }
  const before = await headOf(repository);
  const refusal = await commitFiles(repository, wanted, message, signal).catch((error: unknown) => {
    if (signal.aborted) return 'ended' as const;
    throw error;
  });
  const after = repository.within(AbortSignal.timeout(AFTER_MS));
  // A hook that runs behind the commit may hang or fail: the commit is there all the same.
  const isMade = (await headOf(after).catch(() => before)) !== before;
  if (refusal === 'ended' && !isMade)
    return { kind: 'ended', top: repository.top, paths: wanted.map(({ path }) => path) };
  if (refusal !== null && !isMade) return { kind: 'not-committed', reasons: [refusal, ...left] };
  const { reformed, failed } = await inOrder(after, before, ours);
  const id = (await after.read(['rev-parse', '--short', 'HEAD'])).trim();
  return { kind: 'committed', id, files: wanted.length, left: [...left, ...failed], reformed };
}

/** Brings the index into order after a commit; where that fails, it is said. */
async function inOrder(
  repository: Repository,
  since: string | null,
  ours: readonly CommittedFile[],
): Promise<{ readonly reformed: readonly string[]; readonly failed: readonly string[] }> {
  try {
    return { reformed: await agreeWithHead(repository, since, ours), failed: [] };
  } catch (error) {
    if (!(error instanceof GitError) && !(error instanceof DOMException)) throw error;
    const what = 'a hook changed files in the commit, and the index still has the old ones: git reset';
    return { reformed: [], failed: [`${what} (${error.message})`] };
  }
}

/** How a file stands to the last commit; every other state than the first two is what stands in the way. */
type State = 'to commit' | 'committed' | 'was edited since' | 'had uncommitted changes before' | 'has been staged';

interface Standing {
  /** Relative to the top of the working tree. */
  readonly path: string;
  readonly state: State;
  /** Whether the last commit has it. */
  readonly isTracked: boolean;
}

/** What the last commit and the index say of some files. */
class Look {
  private readonly repository: Repository;
  /** Ids in the last commit. */
  private readonly committed: ReadonlyMap<string, string>;
  private readonly staged: ReadonlySet<string>;
  private readonly ignored: ReadonlySet<string>;

  private constructor(
    repository: Repository,
    of: Record<'staged' | 'ignored', ReadonlySet<string>> & { committed: ReadonlyMap<string, string> },
  ) {
    this.repository = repository;
    this.committed = of.committed;
    this.staged = of.staged;
    this.ignored = of.ignored;
  }

  static async at(repository: Repository, paths: readonly string[]): Promise<Look> {
    const wanted = new Set(paths);
    const only = (found: readonly string[]): Set<string> => new Set(found.filter((path) => wanted.has(path)));
    const tree =
      (await headOf(repository)) === null ? new Map<string, string>() : await treeEntries(repository, 'HEAD', paths);
    const committed = new Map([...tree].map(([path, entry]) => [path, entry.slice(entry.indexOf(' ') + 1)]));
    const staged = fields(await repository.read(['diff', '--cached', '--name-only', '-z', '--no-renames']));
    const stdin = paths.map((path) => `${path}\0`).join('');
    // It ends with 1 where none is ignored.
    const ignored = await repository.run(['check-ignore', '-z', '--stdin'], { stdin });
    return new Look(repository, { committed, staged: only(staged), ignored: only(fields(ignored.stdout)) });
  }

  async standing({ before, isUntouched }: WrittenFile, path: string): Promise<Standing> {
    const id = this.committed.get(path);
    const isTracked = id !== undefined;
    const state = (is: State): Standing => ({ path, state: is, isTracked });
    if (!isTracked && this.ignored.has(path)) return state('committed');
    const now = readPeoplesBytes(join(this.repository.top, path));
    if (await this.isIn(now, id, path)) return state('committed');
    if (!isUntouched) return state('was edited since');
    if (!(await this.isIn(before, id, path))) return state('had uncommitted changes before');
    return state(this.staged.has(path) ? 'has been staged' : 'to commit');
  }

  /** Whether bytes are what the last commit has of a file, as they are or after the filters of its attributes. */
  private async isIn(bytes: Uint8Array | null, id: string | undefined, path: string): Promise<boolean> {
    if (bytes === null || id === undefined) return bytes === null && id === undefined;
    if (blobId(bytes, id.length) === id) return true;
    const stdin = Buffer.from(bytes).toString('utf8');
    // A text that is none cannot be given by standard input; its filters are not looked at.
    if (!Buffer.from(stdin).equals(Buffer.from(bytes))) return false;
    return (await this.repository.read(['hash-object', `--path=${path}`, '--stdin'], { stdin })).trim() === id;
  }
}

/** Git's id of a file: by SHA-1, or in newer repositories by SHA-256. */
function blobId(bytes: Uint8Array, length: number): string {
  const hash = createHash(length === 64 ? 'sha256' : 'sha1');
  return hash.update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

/** Commits some files; says why where git or a hook refuses, and leaves the index as it was then. */
async function commitFiles(
  repository: Repository,
  files: readonly Standing[],
  message: string,
  signal: AbortSignal,
): Promise<string | null> {
  const fresh = files.filter(({ isTracked }) => !isTracked).map(({ path }) => path);
  const list = (paths: readonly string[]): string => paths.map((path) => `${literal(path)}\0`).join('');
  const fromList = ['--pathspec-from-file=-', '--pathspec-file-nul'];
  if (fresh.length > 0) {
    const added = await withIndex(repository, ['add', '--intent-to-add', ...fromList], list(fresh), signal);
    if (added !== null) return added;
  }
  const all = list(files.map(({ path }) => path));
  try {
    const refusal = await withIndex(
      repository,
      ['commit', '--quiet', '--only', '-m', message, ...fromList],
      all,
      signal,
    );
    if (refusal !== null) await forget(repository, fresh);
    return refusal;
  } catch (error) {
    await forget(repository, fresh).catch(() => undefined);
    throw error;
  }
}

/** Takes files out of the index that we had put there and no commit has, also where the commit was ended by its signal. */
async function forget(repository: Repository, paths: readonly string[]): Promise<void> {
  if (paths.length === 0) return;
  const after = repository.within(AbortSignal.timeout(AFTER_MS));
  const committed = (await headOf(after)) === null ? new Map() : await treeEntries(after, 'HEAD', paths);
  const stdin = paths.map((path) => (committed.has(path) ? '' : `${path}\0`)).join('');
  await after.run(['update-index', '--force-remove', '-z', '--stdin'], { stdin });
}

/** Runs what locks the index, again for a while where a person's git holds it. */
async function withIndex(
  repository: Repository,
  args: readonly string[],
  stdin: string,
  signal: AbortSignal,
): Promise<string | null> {
  for (let tries = 1; ; tries += 1) {
    const result = await repository.run(args, { stdin });
    if (result.exitCode === 0) return null;
    const isLocked = /index\.lock/.test(result.stderr);
    if (!isLocked) return saidBy(result);
    if (tries === LOCKED_TRIES) return lockedText(repository);
    await sleep(LOCKED_MS, undefined, { signal });
  }
}

async function lockedText(repository: Repository): Promise<string> {
  const file = (await repository.read(['rev-parse', '--git-path', 'index.lock'])).trim();
  return `another git holds the index; if none is running, one that crashed left ${file}: remove it`;
}
