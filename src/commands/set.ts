import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { readAmount, wholeNumber } from '../config/task-settings.ts';
import { resolveTask, type Context } from '../context.ts';
import { usageError } from '../domain/errors.ts';
import { MAX_CONCURRENCY } from '../domain/settings.ts';
import { taskEnded } from '../domain/task-status.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { newCommand, type Wiring } from './command.ts';
import { printJson } from '../views/json.ts';

interface SetOptions {
  readonly id: string;
  readonly concurrency?: string | undefined;
  readonly budget?: string | undefined;
  readonly reason?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `set`: changes a running task, from its next call on. */
export function newSetCommand(wiring: Wiring, run = runSet): CommandUnknownOpts {
  const command = newCommand('set', [
    ['Let a task that ran out of its budget go on', 'set latest --budget 10'],
    ['Be gentler with a provider', 'set latest --concurrency 2 --reason "rate limits"'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('--concurrency <n>', 'model calls at a time, 1 to 64')
    .option('--budget <usd>', 'USD the task may spend in all; 0 is no limit')
    .option('--reason <text>', 'why, for the log')
    .option('--json', 'print the result as JSON');
  command.action(async (id, flags) => wiring.done(await run(wiring.context(), { id, ...flags })));
  return command;
}

async function runSet(context: Context, options: SetOptions): Promise<ExitCode> {
  const { concurrency, budget, reason } = options;
  if (concurrency === undefined && budget === undefined)
    throw usageError('Set what? Give --concurrency or --budget.\nSee: batch-manager set --help');
  const changes = {
    ...(concurrency !== undefined && { concurrency: wholeNumber(1, MAX_CONCURRENCY)(concurrency, '--concurrency') }),
    ...(budget !== undefined && { budgetUsd: readAmount(budget, '--budget') }),
    ...(reason !== undefined && { reason }),
  };
  const taskId = await resolveTask(context, options.id);
  const record = await context.records.get(taskId);
  if (record !== null && taskEnded(record.status))
    throw usageError(
      `Task ${taskId} is ${record.status}: there is nothing to set. Start it again with the flags wanted.`,
    );
  const { client } = await context.engine();
  const answer = await client.set(taskId, changes);
  if (options.json === true) printJson(context.io, { task_id: taskId, ...answer });
  else context.io.out(`${answer.detail}\n`);
  return EXIT.ok;
}
