import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Context, contextOf } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { taskChanges, type ShownChange } from '../progress/changes.ts';
import { findModule, taskRecord } from '../progress/task-record.ts';
import { patchText } from '../store/patch.ts';
import { printJson } from '../views/json.ts';
import { newCommand, type Wiring } from './command.ts';

/** `diff`: what a task changed, and what it proposes. */
export function newDiffCommand(wiring: Wiring, run = runDiff): CommandUnknownOpts {
  const command = newCommand('diff', [
    ['All that the newest task changed or proposes', 'diff latest'],
    ['One module', 'diff latest --module 06-aspect-complete-system'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('--module <slug>', 'one module: slug or number')
    .option('--json', 'print before and after of each file as JSON');
  command.action(async (id, flags) => wiring.done(await run(await contextOf(wiring.context(), id), { id, ...flags })));
  return command;
}

async function runDiff(
  context: Context,
  options: { id: string; module?: string | undefined; json?: boolean | undefined },
): Promise<ExitCode> {
  const record = await taskRecord(context, options.id);
  const slugs = options.module === undefined ? Object.keys(record.modules) : [findModule(record, options.module)[0]];
  const changes: ShownChange[] = [];
  for (const slug of slugs)
    changes.push(...(await taskChanges(context, record.task_id, { track: record.track, slug })));
  if (options.json === true) printJson(context.io, changes);
  else await printChanges(context, record.task_id, changes);
  return EXIT.ok;
}

async function printChanges(context: Context, taskId: string, changes: readonly ShownChange[]): Promise<void> {
  const { io } = context;
  if (changes.length === 0) io.err(`Task ${taskId} changed nothing and proposes nothing.\n`);
  for (const { path, before, after, proposed, editedSince } of changes) {
    io.exact(await patchText(path, before, after));
    if (editedSince)
      io.err(
        proposed
          ? `${path} was edited after this was proposed, so it cannot be applied.\n`
          : `${path} was edited after the task wrote it.\n`,
      );
  }
  if (changes.some(({ proposed }) => proposed))
    io.err(`This is proposed, not in place. Put it there: batch-manager apply ${taskId}\n`);
}
