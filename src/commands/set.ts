import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { refuseBudgets } from '../config/refused-options.ts';
import { readLiveSettings } from '../config/task-settings.ts';
import { type Context, contextOf } from '../context.ts';
import { usageError } from '../domain/errors.ts';
import { handOverShell } from '../client/hand-over.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { openTask, printAnswer, steering } from '../progress/steering.ts';
import { settingsOf } from '../workspace-files.ts';
import { newCommand, type Wiring } from './command.ts';

interface SetOptions {
  readonly id: string;
  readonly concurrency?: string | undefined;
  readonly budget?: string | undefined;
  readonly moduleBudget?: string | undefined;
  readonly model?: string | undefined;
  readonly reviewModel?: string | undefined;
  readonly maxRounds?: string | undefined;
  readonly passScore?: string | undefined;
  readonly reason?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `set`: changes a running task, from its next call on. */
export function newSetCommand(wiring: Wiring, run = runSet): CommandUnknownOpts {
  const command = newCommand('set', [
    ['Let a task that ran out of its budget go on', 'set latest --budget 10'],
    ['Leave a model whose quota is used up', 'set latest --model anthropic/claude-sonnet-4-5'],
    ['Be gentler with a provider', 'set latest --concurrency 2 --reason "rate limits"'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('--concurrency <n>', 'model calls at a time, 1 to 64')
    .option('--budget <usd>', 'USD the task may spend in all; 0 is no limit')
    .option('--module-budget <usd>', 'USD one module may cost; 0 is no limit')
    .option('--model <name>', 'model for fixes and research: provider/model')
    .option('--review-model <name>', 'model for reviews')
    .option('--max-rounds <n>', 'fix rounds a module may use')
    .option('--pass-score <score>', 'review score from which a module passes, 0 to 10')
    .option('--reason <text>', 'why, for the log')
    .option('--json', 'print the result as JSON');
  command.action(async (id, flags) => wiring.done(await run(await contextOf(wiring.context(), id), { id, ...flags })));
  return command;
}

async function runSet(context: Context, options: SetOptions): Promise<ExitCode> {
  const changes = readLiveSettings(options, settingsOf(context));
  refuseBudgets(changes.budgetUsd ?? 0, changes.moduleBudgetUsd ?? 0);
  if (Object.keys(changes).length === 0)
    throw usageError('Set what? Give --concurrency, --budget, --model or another.\nSee: batch-manager set --help');
  const instead = 'There is nothing to set. Start it again with the flags wanted.';
  const taskId = await openTask(context, { id: options.id, json: options.json, instead });
  if (taskId === null) return EXIT.ok;
  const { client } = await context.engine();
  await handOverShell(context);
  const answer = await client.set(taskId, { ...changes, ...steering(context, options.reason) });
  printAnswer(context, { taskId, json: options.json }, answer);
  return EXIT.ok;
}
