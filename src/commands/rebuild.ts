import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { relative } from 'node:path';
import { type Context, contextOf, resolveTask } from '../context.ts';
import { parseTaskId } from '../domain/task-id.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { rebuildTask } from '../progress/rebuild.ts';
import { printJson } from '../views/json.ts';
import { countsText } from '../views/task.ts';
import { newCommand, type Wiring } from './command.ts';

interface RebuildOptions {
  readonly id: string;
  readonly json?: boolean | undefined;
}

/** `rebuild`: the record and the log of a task, made again from Temporal's history. */
export function newRebuildCommand(wiring: Wiring, run = runRebuild): CommandUnknownOpts {
  const command = newCommand('rebuild', [
    ['A record that was damaged', 'rebuild latest'],
    ['A record that was deleted: the id in full', 'rebuild fix-review-b1-1-20-20261124083338'],
  ])
    .argument('<id>', 'task id, the start of one, or latest; in full where its record is gone')
    .option('--json', 'print the result as JSON');
  command.action(async (id, flags) => wiring.done(await run(await contextOf(wiring.context(), id), { id, ...flags })));
  return command;
}

async function runRebuild(context: Context, options: RebuildOptions): Promise<ExitCode> {
  const isFull = parseTaskId(options.id) !== undefined;
  const taskId = isFull ? options.id : await resolveTask(context, options.id);
  const { client } = await context.engine();
  const { record, files } = await rebuildTask(context, client, taskId, new Date());
  const { io } = context;
  if (options.json === true) {
    printJson(io, { task_id: taskId, files, record });
    return EXIT.ok;
  }
  const path = (file: string): string => relative(context.workspace.root, file);
  for (const { file, changed, kept } of files) {
    const old = kept === null ? '' : `; the old one is ${path(kept)}`;
    io.out(changed ? `${path(file)} was made again${old}\n` : `${path(file)}: no change\n`);
  }
  io.err(`\n${taskId}: ${record.status}. ${countsText(record.counts)}\n`);
  return EXIT.ok;
}
