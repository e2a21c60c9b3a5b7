import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Context, contextOf, resolveTask } from '../context.ts';
import type { ExitCode } from '../exit.ts';
import { watchTask } from '../progress/watch-task.ts';
import { newCommand, type Wiring } from './command.ts';

/** `watch`: the live view of a task, also of one that another shell started. */
export function newWatchCommand(wiring: Wiring, run = runWatch): CommandUnknownOpts {
  const command = newCommand('watch', [['Watch the newest task', 'watch latest']])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('--json', 'print the result as JSON');
  command.action(async (id, flags) => wiring.done(await run(await contextOf(wiring.context(), id), { id, ...flags })));
  return command;
}

async function runWatch(context: Context, options: { id: string; json?: boolean | undefined }): Promise<ExitCode> {
  const taskId = await resolveTask(context, options.id);
  return watchTask(context, taskId, { json: options.json ?? false });
}
