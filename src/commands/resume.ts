import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Context, contextOf } from '../context.ts';
import { handOverShell } from '../client/hand-over.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { openTask, printAnswer, steering } from '../progress/steering.ts';
import { newCommand, type Wiring } from './command.ts';

interface ResumeOptions {
  readonly id: string;
  readonly now?: boolean | undefined;
  readonly reason?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `resume`: a paused task goes on where it stood; nothing is asked again. */
export function newResumeCommand(wiring: Wiring, run = runResume): CommandUnknownOpts {
  const command = newCommand('resume', [
    ['Go on with the newest task', 'resume latest'],
    ['Ask a provider again at once, whatever it said of waiting', 'resume latest --now'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('--now', 'also ask again at once where a provider said to wait, or was down')
    .option('--reason <text>', 'why, for the log')
    .option('--json', 'print the result as JSON');
  command.action(async (id, flags) => wiring.done(await run(await contextOf(wiring.context(), id), { id, ...flags })));
  return command;
}

async function runResume(context: Context, options: ResumeOptions): Promise<ExitCode> {
  const instead = 'Run what is left of it: start the same command again, or batch-manager retry ID --failed';
  const taskId = await openTask(context, { ...options, instead });
  if (taskId === null) return EXIT.ok;
  const { client } = await context.engine();
  await handOverShell(context);
  const request = { ...steering(context, options.reason), ...(options.now === true && { now: true }) };
  const answer = await client.message(taskId, 'resume', request);
  printAnswer(context, { taskId, json: options.json }, answer);
  return EXIT.ok;
}
