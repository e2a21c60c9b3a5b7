import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Context, contextOf } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { openTask, printAnswer, steering } from '../progress/steering.ts';
import { newCommand, type Wiring } from './command.ts';

interface PauseOptions {
  readonly id: string;
  readonly now?: boolean | undefined;
  readonly reason?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `pause`: a task asks no model any more until `resume`; its modules keep their places. */
export function newPauseCommand(wiring: Wiring, run = runPause): CommandUnknownOpts {
  const command = newCommand('pause', [
    ['Let the calls in flight end, and start none', 'pause latest'],
    ['Abort the calls in flight, too', 'pause latest --now --reason "the provider is slow"'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('--now', 'abort the calls in flight, too: they are asked again after resume')
    .option('--reason <text>', 'why, for the log')
    .option('--json', 'print the result as JSON');
  command.action(async (id, flags) => wiring.done(await run(await contextOf(wiring.context(), id), { id, ...flags })));
  return command;
}

async function runPause(context: Context, options: PauseOptions): Promise<ExitCode> {
  const { now = false, reason } = options;
  const taskId = await openTask(context, { ...options, instead: 'See: batch-manager show ID' });
  if (taskId === null) return EXIT.ok;
  const { client } = await context.engine();
  const answer = await client.message(taskId, 'pause', { ...steering(context, reason), ...(now && { now }) });
  printAnswer(context, { taskId, json: options.json }, answer);
  if (answer.changed) context.io.err(`Go on: batch-manager resume ${taskId}\n`);
  return EXIT.ok;
}
