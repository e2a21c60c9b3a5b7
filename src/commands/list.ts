import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { sayWhyTheyStand } from '../progress/standing.ts';
import { newestFirst } from '../domain/task-id.ts';
import { taskAtRest } from '../domain/task-status.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { lostRecords } from '../progress/lost-records.ts';
import { reconcile } from '../progress/reconcile.ts';
import { listTable } from '../views/task.ts';
import { newCommand, type Wiring } from './command.ts';
import { printJson } from '../views/json.ts';

/** Tasks that are shown without --all, beside the older ones that have not ended. */
const RECENT = 20;

/** `list`: active and recent tasks. */
export function newListCommand(wiring: Wiring, run = runList): CommandUnknownOpts {
  const command = newCommand('list', [
    ['The last 20 tasks', 'list'],
    ['All tasks for a script', 'list --all --json'],
  ])
    .option('--all', `all tasks, not the last ${RECENT} only`)
    .option('--json', 'print the records as JSON');
  command.action(async (flags) => wiring.done(await run(wiring.context(), flags)));
  return command;
}

async function runList(
  context: Context,
  options: { all?: boolean | undefined; json?: boolean | undefined },
): Promise<ExitCode> {
  const { records, unreadable, skipped } = await context.records.scan(options.all === true ? undefined : RECENT);
  for (const { message } of unreadable) context.io.err(`${message}\n`);
  const known = new Set([...records.map((record) => record.task_id), ...unreadable.map(({ taskId }) => taskId)]);
  const lost = await lostRecords(context, known);
  const shown = (await reconcile(context, [...lost, ...records])).sort((a, b) => newestFirst(a.task_id, b.task_id));
  if (options.json === true) printJson(context.io, shown);
  else if (shown.length === 0 && unreadable.length === 0)
    context.io.err(`No tasks in ${context.workspace.root} yet.\nStart one: batch-manager fix-review TRACK START END\n`);
  else if (shown.length > 0) context.io.out(listTable(shown, new Date(), context.io.columns));
  if (skipped > 0 && options.json !== true)
    context.io.err(`${skipped} older tasks are not shown; see them with --all.\n`);
  if (shown.some((record) => !taskAtRest(record.status))) await sayWhyTheyStand(context, null);
  return EXIT.ok;
}
