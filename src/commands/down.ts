import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { createInterface } from 'node:readline/promises';
import type { Context } from '../context.ts';
import { failedError } from '../domain/errors.ts';
import { taskAtRest } from '../domain/task-status.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { newCommand, type Wiring } from './command.ts';

/** `down`: ends the engine; open tasks stand still and go on with the next `up`. */
export function newDownCommand(wiring: Wiring, run = runDown): CommandUnknownOpts {
  const command = newCommand('down', [['End it although tasks are open', 'down --now']]).option(
    '--now',
    'do not ask where tasks are open',
  );
  command.action(async (flags) => wiring.done(await run(wiring.context(), flags)));
  return command;
}

async function runDown(context: Context, options: { now?: boolean | undefined }): Promise<ExitCode> {
  const { stopEngine } = await import('../engine/ensure.ts');
  if (options.now !== true) await askWhereTasksAreOpen(context);
  const stopped = await stopEngine((message) => context.io.err(`${message}\n`));
  context.io.err(stopped ? 'The engine is down.\n' : 'No change: the engine was not running.\n');
  return EXIT.ok;
}

async function askWhereTasksAreOpen(context: Context): Promise<void> {
  const open = (await context.records.list()).filter((record) => !taskAtRest(record.status));
  if (open.length === 0) return;
  const list = open.map((record) => `  ${record.task_id}`).join('\n');
  const question = `${open.length} tasks are open:\n${list}\nThey stand still until: batch-manager up\n`;
  if (!process.stdin.isTTY) throw failedError(`${question}To end the engine all the same: batch-manager down --now`);
  const prompt = createInterface({ input: process.stdin, output: context.io.screen });
  try {
    context.io.err(question);
    const answer = await prompt.question('End the engine? [y/N] ');
    if (!/^y(es)?$/i.test(answer.trim())) throw failedError('The engine was left running.');
  } finally {
    prompt.close();
  }
}
