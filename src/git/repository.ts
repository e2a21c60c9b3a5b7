/** Git, as the person's own program with the person's own settings and hooks; nothing here knows of modules. */
import { lstatSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TypedError } from '../domain/failure.ts';
import { runInGroup, type GroupResult } from '../process/group.ts';
import { isThere } from '../store/atomic.ts';

/** Output of git that is kept, bytes: names of all changed files of a track. */
const OUTPUT_BYTES = 32 << 20;

/** How long a commit may take, ms: a hook of the repository may take its time. */
const COMMIT_MS = 120_000;

/** How long any other call of git may take, ms: under the two minutes of a step, also three of them. */
const READ_MS = 20_000;

/**
 * Variables that tell git of another repository than that of the folder, or that paths are to be read otherwise: a hook that
 * started this program sets them, or the shell of a person who works on another repository.
 */
const OF_ANOTHER = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_IMPLICIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_QUARANTINE_PATH',
  'GIT_COMMON_DIR',
  'GIT_PREFIX',
  'GIT_NAMESPACE',
  'GIT_CONFIG',
  'GIT_GRAFT_FILE',
  'GIT_SHALLOW_FILE',
  'GIT_NO_REPLACE_OBJECTS',
  'GIT_REPLACE_REF_BASE',
  'GIT_LITERAL_PATHSPECS',
  'GIT_GLOB_PATHSPECS',
  'GIT_NOGLOB_PATHSPECS',
  'GIT_ICASE_PATHSPECS',
];

export interface GitCall {
  readonly stdin?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/** A working tree, also one of several of a repository. */
export interface Repository {
  /** Its top folder, without symbolic links. */
  readonly top: string;
  run(args: readonly string[], call?: GitCall): Promise<GroupResult>;
  /** What git prints; @throws GitError where it fails. */
  read(args: readonly string[], call?: GitCall): Promise<string>;
  /** The same under another signal. */
  within(signal: AbortSignal): Repository;
}

/** Git gave no answer; the message says why, and where it is known what mends it. */
export class GitError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'GitError';
  }
}

/** The end of what git or a hook of the repository said, on one line. */
export function saidBy({ stderr, stdout, timedOut, exitCode }: GroupResult): string {
  if (timedOut) return 'git took too long and was ended';
  const allow = /^\s*(git config --global --add safe\.directory .+)$/m.exec(stderr)?.[1];
  if (allow !== undefined) return `the repository belongs to another user, so git refuses it. To allow it: ${allow}`;
  const lines = (stderr.trim() === '' ? stdout : stderr).split('\n').map((line) => line.trim());
  const said = lines
    .filter((line) => line !== '')
    .slice(-4)
    .join('; ');
  return said === '' ? `git ended with ${exitCode}` : said.slice(-300);
}

/**
 * The working tree that a folder lies in; null where it lies in no repository.
 * @throws GitError where nobody can tell: git is not there, does not want to look (another owner's), or finds the repository
 * broken.
 */
export async function findRepository(folder: string, signal: AbortSignal): Promise<Repository | null> {
  const cwd = realpathSync(folder);
  const isNone = !hasGitAbove(cwd);
  const found = await runGit(cwd, ['rev-parse', '--show-toplevel'], {}, signal).catch((error: unknown) => {
    // Who has neither a repository nor git needs to hear of neither.
    if (isNone && error instanceof GitError) return null;
    throw error;
  });
  if (found === null || (isNone && /not a git repository/.test(found.stderr))) return null;
  if (found.exitCode !== 0) throw new GitError(saidBy(found));
  return repositoryAt(found.stdout.replace(/\n$/, ''), signal);
}

function repositoryAt(top: string, signal: AbortSignal): Repository {
  const run: Repository['run'] = (args, call = {}) => runGit(top, args, call, signal);
  return {
    top,
    run,
    async read(args, call) {
      const result = await run(args, call);
      if (result.exitCode !== 0) throw new GitError(saidBy(result));
      return result.stdout;
    },
    within: (other) => repositoryAt(top, other),
  };
}

/** Whether something here or above calls itself a repository, also where git does not find its way into it. */
function hasGitAbove(folder: string): boolean {
  for (let at = folder; ; at = dirname(at)) {
    if (isEntry(join(at, '.git'))) return true;
    if (dirname(at) === at) return false;
  }
}

/** One that cannot be looked at counts: there may be a repository behind it. */
function isEntry(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return true;
  }
}

async function runGit(cwd: string, args: readonly string[], call: GitCall, signal: AbortSignal): Promise<GroupResult> {
  const env: NodeJS.ProcessEnv = { ...process.env, ...call.env };
  for (const name of OF_ANOTHER) delete env[name];
  // What git says is read, so it speaks English; the encoding stays as hooks expect it.
  Object.assign(env, { LANGUAGE: 'en', GIT_TERMINAL_PROMPT: '0', GIT_EDITOR: 'true' });
  const input = call.stdin === undefined ? {} : { stdin: call.stdin };
  const timeoutMs = args[0] === 'commit' ? COMMIT_MS : READ_MS;
  // A file monitor that hangs or is wrong would hide changes. Hooks inherit such settings, so a commit is made without.
  const command = ['git', ...(args[0] === 'commit' ? [] : ['-c', 'core.fsmonitor=false']), ...args];
  try {
    return await runInGroup({ command, cwd, env, signal, timeoutMs, maxOutputBytes: OUTPUT_BYTES, ...input });
  } catch (error) {
    if (!(error instanceof TypedError)) throw error;
    throw new GitError(`git cannot be run: ${error.message}`);
  }
}

/** A path as a pathspec that names just that file, whatever characters it has. */
export const literal = (path: string): string => `:(top,literal)${path}`;

/** What git prints with `-z`, without the empty end. */
export const fields = (output: string): string[] => output.split('\0').filter((field) => field !== '');

/** State of an unfinished merge, rebase and the like, by the file or folder that it leaves in git's folder. */
const UNFINISHED: Readonly<Record<string, string>> = {
  MERGE_HEAD: 'a merge',
  CHERRY_PICK_HEAD: 'a cherry-pick',
  REVERT_HEAD: 'a revert',
  'rebase-merge': 'a rebase',
  'rebase-apply': 'a rebase',
  BISECT_LOG: 'a bisect',
};

/** What a person has begun and not finished, in which a commit would get into the way; null where there is nothing. */
export async function unfinishedWork(repository: Repository): Promise<string | null> {
  const folder = (await repository.read(['rev-parse', '--absolute-git-dir'])).trim();
  for (const [name, what] of Object.entries(UNFINISHED)) if (await isThere(join(folder, name))) return what;
  return null;
}
