import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { type Context, contextOf } from '../context.ts';
import { usageError } from '../domain/errors.ts';
import { outcomePassed } from '../domain/outcome.ts';
import { formatSelection } from '../domain/selection.ts';
import { taskEnded } from '../domain/task-status.ts';
import { handOverShell } from '../client/hand-over.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { failedSlugs, readClasses } from '../progress/failed-modules.ts';
import { retryTask } from '../progress/retry-task.ts';
import { namedTask, printAnswer, steering } from '../progress/steering.ts';
import { findModule } from '../progress/task-record.ts';
import type { TaskRecord } from '../store/records.ts';
import { printJson } from '../views/json.ts';
import { newCommand, type Wiring } from './command.ts';

interface RetryOptions {
  readonly id: string;
  readonly module?: string | undefined;
  readonly failed?: boolean | undefined;
  readonly class?: string | undefined;
  readonly reason?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `retry`: runs modules again, in the task itself while it runs, else in a new one. */
export function newRetryCommand(wiring: Wiring, run = runRetry): CommandUnknownOpts {
  const command = newCommand('retry', [
    ['Run one module again', 'retry latest --module 06-aspect-complete-system'],
    ['Run all that failed again', 'retry latest --failed'],
    ['Only those that failed for want of quota or time', 'retry latest --failed --class quota,timeout'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('--module <slug>', 'one module: slug or number')
    .option('--failed', 'all modules that failed')
    .option('--class <list>', 'with --failed: only such failures, as quota, provider-down, timeout, stuck')
    .option('--reason <text>', 'with --failed: why, for the log')
    .option('--json', 'print the result as JSON');
  command.action(async (id, flags) => wiring.done(await run(await contextOf(wiring.context(), id), { id, ...flags })));
  return command;
}

async function runRetry(context: Context, options: RetryOptions): Promise<ExitCode> {
  const { module, failed = false, json } = options;
  if ((module === undefined) === !failed) throw usageError('Retry what? Give --module SLUG or --failed.');
  if (options.class !== undefined && !failed) throw usageError('--class goes with --failed.');
  const classes = options.class === undefined ? null : readClasses(options.class);
  const { taskId, record } = await namedTask(context, options.id);
  if (record !== null && taskEnded(record.status)) return retryEnded(context, record, { module, classes, json });
  const { client } = await context.engine();
  await handOverShell(context);
  const request = { ...steering(context, options.reason), ...(classes !== null && { classes }) };
  const answer =
    module === undefined
      ? await client.message(taskId, 'retryFailed', request)
      : await client.module(taskId, 'retryModule', module);
  printAnswer(context, { taskId, ...(module !== undefined && { module }), json }, answer);
  return EXIT.ok;
}

async function retryEnded(
  context: Context,
  record: TaskRecord,
  options: { module: string | undefined; classes: readonly string[] | null; json: boolean | undefined },
): Promise<ExitCode> {
  const { slugs, force } = wanted(record, options);
  const { taskId, selection } = await retryTask(context, record, slugs, force);
  const { io } = context;
  if (options.json === true) printJson(io, { task_id: taskId, retry_of: record.task_id, changed: true });
  else io.out(`${taskId}\n`);
  io.err(
    `${record.task_id} is ${record.status}; module ${formatSelection(selection)} runs again in a task of its own, with the same settings.\n` +
      `Watch it: batch-manager watch ${taskId}\n`,
  );
  return EXIT.ok;
}

/** The modules to run again; one that passed is only run again where a person named it, and then all of it is. */
function wanted(
  record: TaskRecord,
  { module, classes }: { module: string | undefined; classes: readonly string[] | null },
): { slugs: readonly string[]; force: boolean } {
  if (module === undefined) return { slugs: failedSlugs(record, classes), force: false };
  const [slug, { outcome }] = findModule(record, module);
  return { slugs: [slug], force: outcome !== null && outcomePassed(outcome) };
}
