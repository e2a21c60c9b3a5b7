import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { TaskClient } from '../client/task-client.ts';
import { resolveTask, type Context } from '../context.ts';
import { failedError } from '../domain/errors.ts';
import { taskEnded } from '../domain/task-status.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { LimitStore } from '../store/limits.ts';
import { countsText, moduleTable } from '../views/task.ts';
import { newCommand, type Wiring } from './command.ts';
import { printJson } from '../views/json.ts';

interface StopOptions {
  readonly id: string;
  readonly module?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `stop`: ends a task, or one module of it, and waits until it is closed. */
export function newStopCommand(wiring: Wiring, run = runStop): CommandUnknownOpts {
  const command = newCommand('stop', [
    ['Stop the newest task', 'stop latest'],
    ['Stop one module; the others go on', 'stop latest --module 06-aspect-complete-system'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('--module <slug>', 'one module: slug or number')
    .option('--json', 'print the result as JSON');
  command.action(async (id, flags) => wiring.done(await run(wiring.context(), { id, ...flags })));
  return command;
}

async function runStop(context: Context, options: StopOptions): Promise<ExitCode> {
  const taskId = await resolveTask(context, options.id);
  const record = await context.records.get(taskId);
  if (record !== null && taskEnded(record.status)) {
    if (options.json === true) printJson(context.io, { task_id: taskId, changed: false, status: record.status });
    else context.io.err(`No change: ${taskId} is ${record.status} already.\n`);
    return EXIT.ok;
  }
  return options.module === undefined
    ? stopTask(context, taskId, options)
    : stopModule(context, taskId, options.module, options);
}

async function stopModule(context: Context, taskId: string, module: string, options: StopOptions): Promise<ExitCode> {
  const { client } = await context.engine();
  const answer = await client.module(taskId, 'stopModule', module);
  if (options.json === true) printJson(context.io, { task_id: taskId, module, ...answer });
  else context.io.out(`${module}: ${answer.detail}\n`);
  return EXIT.ok;
}

async function stopTask(context: Context, taskId: string, options: StopOptions): Promise<ExitCode> {
  // Held already while an engine is brought up: its new worker must start no call of a task that is to stop.
  const { client } = await withHold(context, taskId, () => context.engine());
  await withHold(context, taskId, () => requestCancel(client, taskId));
  const closed = await client.closed(taskId);
  const record = await context.records.get(taskId);
  if (options.json === true) printJson(context.io, { task_id: taskId, changed: closed.kind === 'stopped', record });
  else if (record !== null) context.io.out(moduleTable(record, context.io.columns));
  if (closed.kind === 'stopped')
    context.io.err(`\nStopped ${taskId}. ${record === null ? '' : countsText(record.counts)}\n`);
  else context.io.err(`\n${taskId} had ended (${closed.kind}) before the stop reached it.\n`);
  return EXIT.ok;
}

/** Writes the hold, or dates it anew, before the action: from there on no call starts. Takes it back where that fails. */
async function withHold<T>(context: Context, taskId: string, action: () => Promise<T>): Promise<T> {
  const limits = new LimitStore(context.workspace);
  await limits.hold(taskId);
  try {
    return await action();
  } catch (error) {
    await limits.release(taskId);
    throw error;
  }
}

async function requestCancel(client: TaskClient, taskId: string): Promise<void> {
  try {
    await client.cancel(taskId);
  } catch (error) {
    throw failedError(
      `The stop did not reach ${taskId}: ${(error as Error).message}\nTry again: batch-manager stop ${taskId}`,
      error,
    );
  }
}
