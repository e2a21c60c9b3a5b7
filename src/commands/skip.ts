import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Context, contextOf } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { openTask, printAnswer } from '../progress/steering.ts';
import { newCommand, type Wiring } from './command.ts';

interface SkipOptions {
  readonly id: string;
  readonly module: string;
  readonly json?: boolean | undefined;
}

/** `skip`: leaves a module of a running task out, also one that runs just now. */
export function newSkipCommand(wiring: Wiring, run = runSkip): CommandUnknownOpts {
  const command = newCommand('skip', [['Leave one module out', 'skip latest --module 06-aspect-complete-system']])
    .argument('<id>', 'task id, the start of one, or latest')
    .requiredOption('--module <slug>', 'the module: slug or number')
    .option('--json', 'print the result as JSON');
  command.action(async (id, flags) => wiring.done(await run(await contextOf(wiring.context(), id), { id, ...flags })));
  return command;
}

async function runSkip(context: Context, { id, module, json }: SkipOptions): Promise<ExitCode> {
  const taskId = await openTask(context, { id, module, json, instead: 'See: batch-manager show ID' });
  if (taskId === null) return EXIT.ok;
  const { client } = await context.engine();
  printAnswer(context, { taskId, module, json }, await client.module(taskId, 'skipModule', module));
  return EXIT.ok;
}
