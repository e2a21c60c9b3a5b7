/** Git, as the person's own program with the person's own settings and hooks; nothing here knows of modules. */
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { TypedError } from '../domain/failure.ts';
import { runInGroup, type GroupResult } from '../process/group.ts';
import { isThere } from '../store/atomic.ts';

/** Output of git that is kept, bytes: names of all changed files of a track. */
const OUTPUT_BYTES = 32 << 20;

/** How long one call of git may take, ms; a hook of the repository may take its time. */
const TIMEOUT_MS = 120_000;

/** Variables that tell git of another repository than that of the folder: a hook that started this program sets them. */
const OF_ANOTHER = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_COMMON_DIR',
  'GIT_PREFIX',
  'GIT_NAMESPACE',
];

export interface GitCall {
  readonly stdin?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Instead of the repository's own. */
  readonly signal?: AbortSignal;
}

/** A working tree, also one of several of a repository. */
export interface Repository {
  /** Its top folder, without symbolic links. */
  readonly top: string;
  run(args: readonly string[], call?: GitCall): Promise<GroupResult>;
  /** What git prints; @throws GitError where it fails. */
  read(args: readonly string[], call?: GitCall): Promise<string>;
}

/** Git said no; the message is the end of what it said. */
export class GitError extends Error {
  constructor(result: GroupResult) {
    super(saidBy(result));
    this.name = 'GitError';
  }
}

/** The end of what git or a hook of the repository said, on one line. */
export function saidBy({ stderr, stdout, timedOut, exitCode }: GroupResult): string {
  if (timedOut) return `git took longer than ${TIMEOUT_MS / 1000} s`;
  const said = (stderr.trim() === '' ? stdout : stderr).trim().split('\n').slice(-4).join('; ');
  return said === '' ? `git ended with ${exitCode}` : said.slice(-300);
}

/**
 * The working tree that a folder lies in; null where it lies in none, or git is not there.
 * @throws GitError where there is one that git does not want to look at (another owner's).
 */
export async function findRepository(folder: string, signal: AbortSignal): Promise<Repository | null> {
  const cwd = realpathSync(folder);
  const found = await runGit(cwd, ['rev-parse', '--show-toplevel'], {}, signal).catch((error: unknown) => {
    if (error instanceof TypedError) return null;
    throw error;
  });
  if (found === null || /not a git repository|must be run in a work tree/.test(found.stderr)) return null;
  if (found.exitCode !== 0) throw new GitError(found);
  const top = found.stdout.replace(/\n$/, '');
  const run: Repository['run'] = (args, call = {}) => runGit(top, args, call, call.signal ?? signal);
  return {
    top,
    run,
    async read(args, call) {
      const result = await run(args, call);
      if (result.exitCode !== 0) throw new GitError(result);
      return result.stdout;
    },
  };
}

function runGit(cwd: string, args: readonly string[], call: GitCall, signal: AbortSignal): Promise<GroupResult> {
  const env: NodeJS.ProcessEnv = { ...process.env, ...call.env };
  for (const name of OF_ANOTHER) delete env[name];
  // What git says is read, so it speaks English; the encoding stays as hooks expect it.
  Object.assign(env, { LANGUAGE: 'en', GIT_TERMINAL_PROMPT: '0', GIT_EDITOR: 'true' });
  const input = call.stdin === undefined ? {} : { stdin: call.stdin };
  const run = { command: ['git', ...args], cwd, env, signal, timeoutMs: TIMEOUT_MS, maxOutputBytes: OUTPUT_BYTES };
  return runInGroup({ ...run, ...input });
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
