import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { appliedRounds, backupFolder } from '../store/apply.ts';
import { readOptional, sha256 } from '../store/atomic.ts';
import { newCommand, type Wiring } from './command.ts';
import { printJson } from '../views/json.ts';
import { findModule, taskRecord } from '../progress/task-record.ts';

interface FileChange {
  readonly module: string;
  /** Relative to the manifest's folder. */
  readonly path: string;
  readonly before: string;
  readonly after: string;
  /** Whether the file on disk is no longer what the task wrote. */
  readonly editedSince: boolean;
}

/** How long the comparison of one file may take, ms: two texts with nothing in common take the longest. */
const DIFF_MS = 2000;

/** `diff`: what a task changed. */
export function newDiffCommand(wiring: Wiring, run = runDiff): CommandUnknownOpts {
  const command = newCommand('diff', [
    ['All that the newest task changed', 'diff latest'],
    ['One module', 'diff latest --module 06-aspect-complete-system'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('--module <slug>', 'one module: slug or number')
    .option('--json', 'print before and after of each file as JSON');
  command.action(async (id, flags) => wiring.done(await run(wiring.context(), { id, ...flags })));
  return command;
}

async function runDiff(
  context: Context,
  options: { id: string; module?: string | undefined; json?: boolean | undefined },
): Promise<ExitCode> {
  const record = await taskRecord(context, options.id);
  const slugs = options.module === undefined ? Object.keys(record.modules) : [findModule(record, options.module)[0]];
  const changes: FileChange[] = [];
  for (const slug of slugs)
    changes.push(...(await moduleChanges(context, record.task_id, { track: record.track, slug })));
  if (options.json === true) printJson(context.io, changes);
  else await printChanges(context, record.task_id, changes);
  return EXIT.ok;
}

async function printChanges(context: Context, taskId: string, changes: readonly FileChange[]): Promise<void> {
  const { io } = context;
  if (changes.length === 0) io.err(`Task ${taskId} changed nothing.\n`);
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import('diff');
  for (const { path, before, after, editedSince } of changes) {
    const patch = createTwoFilesPatch(`a/${path}`, `b/${path}`, before, after, undefined, undefined, {
      timeout: DIFF_MS,
      headerOptions: FILE_HEADERS_ONLY,
    });
    io.out(patch ?? `--- a/${path}\n+++ b/${path}\n(too different to compare line by line)\n`);
    if (editedSince) io.err(`${path} was edited after the task wrote it.\n`);
  }
}

/** The first text and the last of each file that the task changed. */
async function moduleChanges(
  context: Context,
  taskId: string,
  ref: { track: string; slug: string },
): Promise<FileChange[]> {
  const rounds = await appliedRounds(backupFolder(context.workspace, taskId, ref));
  const { folder } = context.manifest();
  const paths = [...new Set(rounds.flatMap((round) => round.files.map((file) => file.path)))];
  return Promise.all(
    paths.map(async (path) => {
      const touching = rounds.filter((round) => round.files.some((file) => file.path === path));
      const text = async (file: string): Promise<string> => (await readOptional(file))?.toString('utf8') ?? '';
      const after = await text(join(touching.at(-1)?.folder ?? '', 'after', path));
      const current = await readOptional(join(folder, path));
      return {
        module: `${ref.track}/${ref.slug}`,
        path,
        before: await text(join(touching[0]?.folder ?? '', 'before', path)),
        after,
        editedSince: current === null || sha256(current) !== sha256(after),
      };
    }),
  );
}
