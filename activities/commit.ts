import { cancellationSignal, heartbeat } from '@temporalio/activity';
import { join } from 'node:path';
import { moduleCommitText, taskCommitText, type CommittedModule } from '../src/domain/commit-text.ts';
import { countsLine } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import { commitModules, type CommitResult, type WrittenFile } from '../src/git/commit.ts';
import { GitError } from '../src/git/repository.ts';
import { hashOfFile } from '../src/store/atomic.ts';
import { backupFolder, writtenModules } from '../src/store/backups.ts';
import { appendLog } from '../src/store/task-log.ts';
import { copyBefore, writtenFiles, type UndoableFile } from '../src/store/undo.ts';
import type { CommitInput, Commits } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';

/** Heartbeats while git and its hooks run, ms. */
const BEAT_MS = 500;

/** Commits what a task wrote; what stands in the way is said in the log. One commit at a time. */
export function createCommit(deps: Deps): Commits['commit'] {
  return (input) => {
    const registered = deps.gates.register(input.taskId, input.module?.slug ?? '');
    const beating = setInterval(() => heartbeat({ phase: 'git commit' }), BEAT_MS);
    const signal = AbortSignal.any([cancellationSignal(), registered.signal]);
    return deps.locks
      .run('git', () => commit(deps, input, signal))
      .finally(() => {
        clearInterval(beating);
        registered.unregister();
      });
  };
}

async function commit(deps: Deps, input: CommitInput, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { taskId, track, module } = input;
  const { folder } = deps.manifest();
  const slugs = module === null ? await writtenModules(deps.workspace, taskId, track) : [module.slug];
  const modules: (CommittedModule & { name: string; files: WrittenFile[] })[] = [];
  const record = await deps.records.get(taskId);
  for (const slug of slugs) {
    const files = await filesOf(folder, await writtenFiles(backupFolder(deps.workspace, taskId, { track, slug })));
    const outcome = module?.outcome ?? record?.modules[slug]?.outcome ?? null;
    const key = moduleKey({ track, slug });
    if (files.length > 0) modules.push({ key, name: key, outcome, files });
  }
  const [first] = modules;
  if (first === undefined) return;
  const message =
    module === null
      ? taskCommitText(taskId, modules, countsLine(record?.counts ?? {}))
      : moduleCommitText(taskId, first, module.detail);
  const said = await tried(() => commitModules({ folder, modules, message, signal }));
  const subject = module === null ? '' : `${first.key}: `;
  // Of the task, not of the module: that has ended.
  for (const text of said)
    await appendLog(deps.workspace, taskId, { subject: 'task', event: 'commit', text: `${subject}${text}` });
}

async function filesOf(folder: string, written: readonly UndoableFile[]): Promise<WrittenFile[]> {
  return Promise.all(
    written.map(async (file) => ({
      path: file.path,
      before: await textBefore(file),
      isUntouched: (await hashOfFile(join(folder, file.path))) === file.last,
    })),
  );
}

/** A text whose copy is gone is taken for one that no commit has, so its module is left. */
async function textBefore(file: UndoableFile): Promise<Uint8Array | null> {
  const copy = await copyBefore(file);
  return copy === 'lost' ? Buffer.from('?') : copy;
}

/** What is to be said of a commit. */
async function tried(run: () => Promise<CommitResult>): Promise<readonly string[]> {
  try {
    const result = await run();
    if (result.kind === 'committed') {
      const what = result.files === 1 ? '1 file' : `${result.files} files`;
      return [`committed ${what} as ${result.id}`, ...result.left.map((reason) => `not committed: ${reason}`)];
    }
    return result.kind === 'not-committed' ? result.reasons.map((reason) => `not committed: ${reason}`) : [];
  } catch (error) {
    if (error instanceof GitError) return [`not committed: ${error.message}`];
    throw error;
  }
}
