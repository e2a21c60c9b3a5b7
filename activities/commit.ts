import { cancellationSignal, Context, heartbeat } from '@temporalio/activity';
import { realpathSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { commitCommand, moduleCommitText, taskCommitText, type CommittedModule } from '../src/domain/commit-text.ts';
import { COMMIT_EVENT, countsLine } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import { commitModules, type CommitResult, type WrittenFile } from '../src/git/commit.ts';
import { GitError } from '../src/git/repository.ts';
import { uncommittedFiles } from '../src/git/uncommitted.ts';
import { hashNow } from '../src/store/take-back.ts';
import { backupFolder, writtenModules } from '../src/store/backups.ts';
import { appendLog } from '../src/store/task-log.ts';
import { copyBefore, writtenFiles, type UndoableFile } from '../src/store/undo.ts';
import type { CommitInput, Commits } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';

/** Heartbeats while git and its hooks run, ms. */
const BEAT_MS = 500;

/** How long it may take to look which files of stopped modules are not committed, ms: a stop waits for it. */
const LOOK_MS = 2000;

/** Lines that go to history, of some hundred characters each. */
const IN_HISTORY = 10;

/** Commits what a task wrote; what stands in the way is said in the log. One commit at a time. */
export function createCommit(deps: Deps): Commits['commit'] {
  return async (input) => {
    const registered = deps.gates.register(input.taskId, input.module?.slug ?? '');
    const beating = setInterval(() => heartbeat({ phase: 'git commit' }), BEAT_MS);
    const limit = input.limitMs === undefined ? [] : [AbortSignal.timeout(input.limitMs)];
    const signal = AbortSignal.any([cancellationSignal(), registered.signal, ...limit]);
    try {
      const lines = (await commit(deps, input, signal)).map((text) => ({ event: COMMIT_EVENT, text }));
      // Of the task, not of the module: that has ended.
      for (const line of lines) await appendLog(deps.workspace, input.taskId, { subject: 'task', ...line });
      return { logged: lines.slice(0, IN_HISTORY), more: Math.max(0, lines.length - IN_HISTORY) };
    } finally {
      clearInterval(beating);
      registered.unregister();
    }
  };
}

/** A module of which a task wrote files. */
type Written = CommittedModule & { readonly name: string; readonly files: readonly WrittenFile[] };

/** Commits, and gives what is to be said of it. */
async function commit(deps: Deps, input: CommitInput, signal: AbortSignal): Promise<readonly string[]> {
  const { taskId, module, limitMs, onlyTells = false } = input;
  const written = await writtenBy(deps, input);
  const isStopped = ({ outcome }: Written): boolean => outcome === null || outcome === 'STOPPED';
  if (onlyTells)
    return leftTexts(
      deps,
      taskId,
      written.filter((one) => isStopped(one) || one.outcome === 'SKIPPED'),
    );
  const modules = limitMs === undefined ? written : written.filter((one) => !isStopped(one));
  const left = await leftTexts(
    deps,
    taskId,
    written.filter((one) => !modules.includes(one)),
  );
  const [first] = modules;
  if (first === undefined) return left;
  const { folder } = deps.manifest();
  const message =
    module === null
      ? taskCommitText(taskId, modules, countsLine((await deps.records.get(taskId))?.counts ?? {}))
      : moduleCommitText(taskId, first, module.detail);
  const commitAll = (): Promise<CommitResult> => commitModules({ folder, modules, message, signal });
  const result = await tried(deps, commitAll, signal);
  const subject = module === null ? '' : `${first.key}: `;
  return [...saidOf(result, { deps, input, modules }).map((text) => `${subject}${text}`), ...left];
}

/** What is said of modules that were ended in the middle with changes in place that nobody has committed. */
async function leftTexts(deps: Deps, taskId: string, modules: readonly Written[]): Promise<string[]> {
  const changed = (files: readonly WrittenFile[]): string[] =>
    files.filter(({ isUntouched }) => isUntouched).map(({ path }) => path);
  const uncommitted = new Set(
    await uncommittedAmong(
      deps,
      modules.flatMap(({ files }) => changed(files)),
    ),
  );
  return modules.flatMap(({ key, files }) => {
    const paths = changed(files).filter((path) => uncommitted.has(path));
    if (paths.length === 0) return [];
    const slug = key.slice(key.indexOf('/') + 1);
    return [
      `not committed: ${key} was stopped in its middle, with a better version in place. ` +
        `Undo it: batch-manager undo ${taskId} --module ${slug}. Or commit it: ${byHand(deps, taskId, paths)}`,
    ];
  });
}

/** Those of some files that are not committed; all of them where git cannot tell, none where there is no repository. */
async function uncommittedAmong(deps: Deps, paths: readonly string[]): Promise<readonly string[]> {
  const folders = [...new Set(paths.map((path) => dirname(path)))];
  const signal = AbortSignal.timeout(LOOK_MS);
  try {
    const uncommitted = await uncommittedFiles(deps.manifest().folder, folders, signal);
    return paths.filter((path) => uncommitted?.has(path) === true);
  } catch (error) {
    if (error instanceof GitError || signal.aborted) return paths;
    throw error;
  }
}

/** What a person types to commit files, which are relative to the manifest's folder. */
function byHand(deps: Deps, taskId: string, paths: readonly string[]): string {
  const folder = relative(realpathSync(deps.workspace.root), realpathSync(deps.manifest().folder));
  return commitCommand(taskId, folder, paths);
}

/** The modules that the commit is about, with the files that the task wrote. */
async function writtenBy(deps: Deps, { taskId, track, module }: CommitInput): Promise<Written[]> {
  const { folder } = deps.manifest();
  const slugs = module === null ? await writtenModules(deps.workspace, taskId, track) : [module.slug];
  const record = await deps.records.get(taskId);
  const modules: Written[] = [];
  for (const slug of slugs) {
    const files = await filesOf(folder, await writtenFiles(backupFolder(deps.workspace, taskId, { track, slug })));
    const outcome = module?.outcome ?? record?.modules[slug]?.outcome ?? null;
    const key = moduleKey({ track, slug });
    if (files.length > 0) modules.push({ key, name: key, outcome, files });
  }
  return modules;
}

async function filesOf(folder: string, written: readonly UndoableFile[]): Promise<WrittenFile[]> {
  return Promise.all(
    written.map(async (file) => ({
      path: file.path,
      before: await textBefore(file),
      wrote: file.last,
      isUntouched: hashNow(join(folder, file.path)) === file.last,
    })),
  );
}

/** A text whose copy is gone is taken for one that no commit has, so its module is left. */
async function textBefore(file: UndoableFile): Promise<Uint8Array | null> {
  const copy = await copyBefore(file);
  return copy === 'lost' ? Buffer.from('?') : copy;
}

/** A commit that did not come to its turn, or that git did not begin, before it was ended. */
const NOT_BEGUN = 'not begun';

/** Commits once no other commit is made. @throws the signal's reason where the worker goes down: the next one tries again. */
async function tried(
  deps: Deps,
  run: () => Promise<CommitResult>,
  signal: AbortSignal,
): Promise<CommitResult | typeof NOT_BEGUN> {
  const result = await deps.locks.run('git', run, signal).catch((error: unknown) => {
    if (signal.aborted) return NOT_BEGUN;
    if (error instanceof GitError) return { kind: 'not-committed', reasons: [error.message] } as const;
    throw error;
  });
  const isEnded = result === NOT_BEGUN || result.kind === 'ended';
  if (isEnded && Context.current().cancellationDetails?.workerShutdown === true) throw signal.reason;
  return result;
}

/** What is to be said of a commit. */
function saidOf(
  result: CommitResult | typeof NOT_BEGUN,
  about: { readonly deps: Deps; readonly input: CommitInput; readonly modules: readonly Written[] },
): readonly string[] {
  const { deps, input, modules } = about;
  const notCommitted = (reasons: readonly string[]): string[] => reasons.map((reason) => `not committed: ${reason}`);
  const late = (top: string, paths: readonly string[]): string[] => {
    const within =
      input.limitMs === undefined ? 'the commit was stopped' : `it took longer than ${input.limitMs / 1000} s`;
    const command = commitCommand(input.taskId, relative(realpathSync(deps.workspace.root), top), paths);
    return notCommitted([`${within}. By hand: ${command}`]);
  };
  if (result === NOT_BEGUN) {
    const paths = modules.flatMap(({ files }) => files.map(({ path }) => path));
    return late(realpathSync(deps.manifest().folder), paths);
  }
  if (result.kind === 'ended') return late(result.top, result.paths);
  if (result.kind === 'not-committed') return notCommitted(result.reasons);
  if (result.kind !== 'committed') return [];
  const what = result.files === 1 ? '1 file' : `${result.files} files`;
  const reformed = result.reformed.length === 0 ? '' : `; a hook changed ${result.reformed.join(', ')}`;
  return [`committed ${what} as ${result.id}${reformed}`, ...notCommitted(result.left)];
}
