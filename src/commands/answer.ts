import { Argument, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { handOverShell } from '../client/hand-over.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { openTask, printAnswer, steering } from '../progress/steering.ts';
import type { Verdict } from '../../workflows/contract.ts';
import { newCommand, type Wiring } from './command.ts';

interface AnswerOptions {
  readonly id: string;
  readonly module: string;
  readonly answer: Verdict;
  readonly note?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `answer`: says what is to become of a module that cannot pass and waits for a person (`--ask`). */
export function newAnswerCommand(wiring: Wiring, run = runAnswer): CommandUnknownOpts {
  const command = newCommand('answer', [
    ['Take a module as it is', 'answer latest 06 accept'],
    ['Have it tried again, with a word to the model', 'answer latest 06 retry --note "keep the poem in part 2"'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .argument('<module>', 'slug or number of the module')
    .addArgument(new Argument('<answer>', 'what is to become of it').choices(['accept', 'retry', 'skip'] as const))
    .option('--note <text>', 'what the model is told with the next try, or why')
    .option('--json', 'print the result as JSON');
  command.action(async (id, module, answer, flags) =>
    wiring.done(await run(wiring.context(), { id, module, answer, ...flags })),
  );
  return command;
}

async function runAnswer(context: Context, options: AnswerOptions): Promise<ExitCode> {
  const { module, answer, note, json } = options;
  const taskId = await openTask(context, { ...options, instead: 'See: batch-manager show ID' });
  if (taskId === null) return EXIT.ok;
  const { client } = await context.engine();
  await handOverShell(context);
  const { by } = steering(context, undefined);
  const request = { module, answer, ...(note !== undefined && { note }), ...(by !== undefined && { by }) };
  printAnswer(context, { taskId, module, json }, await client.answer(taskId, request));
  return EXIT.ok;
}
