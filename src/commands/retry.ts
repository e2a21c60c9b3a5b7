import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { resolveTask, type Context } from '../context.ts';
import { usageError } from '../domain/errors.ts';
import { taskEnded } from '../domain/task-status.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { newCommand, type Wiring } from './command.ts';
import { printJson } from '../views/json.ts';
import { findModule } from '../progress/task-record.ts';

interface RetryOptions {
  readonly id: string;
  readonly module: string;
  readonly json?: boolean | undefined;
}

/** `retry`: runs a module of a running task again, at the front and anew. */
export function newRetryCommand(wiring: Wiring, run = runRetry): CommandUnknownOpts {
  const command = newCommand('retry', [['Run one module again', 'retry latest --module 06-aspect-complete-system']])
    .argument('<id>', 'task id, the start of one, or latest')
    .requiredOption('--module <slug>', 'the module: slug or number')
    .option('--json', 'print the result as JSON');
  command.action(async (id, flags) => wiring.done(await run(wiring.context(), { id, ...flags })));
  return command;
}

async function runRetry(context: Context, options: RetryOptions): Promise<ExitCode> {
  const taskId = await resolveTask(context, options.id);
  const record = await context.records.get(taskId);
  if (record !== null && taskEnded(record.status)) {
    const [, module] = findModule(record, options.module);
    const again = `batch-manager ${record.operation} ${record.track} ${module.number} ${module.number}${module.outcome === 'FIXED' ? ' --force' : ''}`;
    throw usageError(
      `Task ${taskId} is ${record.status}; a retry is for a running one.\nRun the module as a task of its own: ${again}`,
    );
  }
  const { client } = await context.engine();
  const answer = await client.module(taskId, 'retryModule', options.module);
  if (options.json === true) printJson(context.io, { task_id: taskId, module: options.module, ...answer });
  else context.io.out(`${options.module}: ${answer.detail}\n`);
  return EXIT.ok;
}
