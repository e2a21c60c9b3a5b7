import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, PauseRequest } from '../../workflows/contract.ts';
import type { TaskClient } from '../client/task-client.ts';
import { type Context, contextOf } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { openTask, printAnswer, steering } from '../progress/steering.ts';
import { newCommand, type Wiring } from './command.ts';

/** How long a worker may take to answer before the pause is left with the server, ms. */
const SIGNAL_AFTER_MS = 5000;

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
  const { onceAnswered } = await import('../client/unanswered.ts');
  const request = { ...steering(context, reason), ...(now && { now }) };
  const tellSilence = (): void =>
    context.io.err('The engine does not answer. Waiting for it; Ctrl-C gives up, and nothing is paused then.\n');
  const answer = await onceAnswered(async () => {
    const { client } = await context.engine();
    return answerOrSignal(context, client, taskId, request);
  }, tellSilence);
  printAnswer(context, { taskId, json: options.json }, answer);
  if (answer.changed) context.io.err(`Go on: batch-manager resume ${taskId}\n`);
  return EXIT.ok;
}

/** Sends the pause; where no worker takes it up for a while, it is left with the server, too, and nobody has to wait. */
async function answerOrSignal(
  context: Context,
  client: TaskClient,
  taskId: string,
  request: PauseRequest,
): Promise<Answer> {
  const answered = client.message(taskId, 'pause', request);
  const timer = new AbortController();
  const late = sleep(SIGNAL_AFTER_MS, null, { signal: timer.signal }).catch(() => null);
  const inTime = await Promise.race([answered, late]);
  timer.abort();
  if (inTime !== null) return inTime;
  await client.signal(taskId, 'pause', request);
  context.io.err(
    `The worker does not answer. The pause is kept, and counts as soon as one does; Ctrl-C ends only the waiting.\n`,
  );
  return answered;
}
