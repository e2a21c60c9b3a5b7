import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import prettyMs from 'pretty-ms';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Closed, TaskClient } from '../client/task-client.ts';
import { readDuration } from '../config/duration.ts';
import { type Context, contextOf } from '../context.ts';
import { engineError, notFoundError, usageError } from '../domain/errors.ts';
import { COMMIT_EVENT } from '../domain/log-texts.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { openTask, printAnswer, steering } from '../progress/steering.ts';
import { taskRecord } from '../progress/task-record.ts';
import { LimitStore } from '../store/limits.ts';
import type { TaskRecord } from '../store/records.ts';
import { taskLines } from '../store/task-log.ts';
import { countsText, moduleTable } from '../views/task.ts';
import { belongsElsewhere, stopElsewhere } from '../progress/stop-elsewhere.ts';
import { newCommand, type Wiring } from './command.ts';
import { printJson } from '../views/json.ts';

/** How long `--force` waits for a stop by itself, ms. */
const FORCE_AFTER_MS = 10_000;

interface StopOptions {
  readonly id: string;
  readonly module?: string | undefined;
  readonly drain?: boolean | undefined;
  readonly force?: string | true | undefined;
  readonly reason?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `stop`: ends a task, or one module of it, and waits until it is closed. */
export function newStopCommand(wiring: Wiring, run = runStop): CommandUnknownOpts {
  const command = newCommand('stop', [
    ['Stop the newest task', 'stop latest'],
    ['Let the modules that run end, and start no more', 'stop latest --drain'],
    ['Terminate it where it has not closed after 20 seconds', 'stop latest --force 20s'],
    ['Stop one module; the others go on', 'stop latest --module 06-aspect-complete-system'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('--module <slug>', 'one module: slug or number')
    .option('--drain', 'start nothing more; the modules that run end by themselves')
    .option('--force [after]', 'terminate it where it has not closed after this time (default 10s)')
    .option('--reason <text>', 'with --drain: why, for the log')
    .option('--json', 'print the result as JSON');
  command.action(async (id, flags) => wiring.done(await run(await contextOf(wiring.context(), id), { id, ...flags })));
  return command;
}

async function runStop(context: Context, options: StopOptions): Promise<ExitCode> {
  checkOptions(options);
  const taskId = await openTask(context, { ...options, instead: 'See: batch-manager show ID' });
  if (taskId === null) return EXIT.ok;
  if ((await context.records.get(taskId)) === null && (await belongsElsewhere(context, taskId)))
    return stopElsewhere(context, taskId, options);
  if (options.module !== undefined) return stopModule(context, taskId, options.module, options);
  return options.drain === true ? drainTask(context, taskId, options) : stopTask(context, taskId, options);
}

/** @throws UserError (usage) where options contradict each other. */
function checkOptions({ module, drain = false, force }: StopOptions): void {
  const given = [module !== undefined && '--module', drain && '--drain', force !== undefined && '--force'];
  const [first, second] = given.filter((flag) => flag !== false);
  if (first !== undefined && second !== undefined) throw usageError(`Give ${first} or ${second}, not both.`);
}

async function drainTask(context: Context, taskId: string, options: StopOptions): Promise<ExitCode> {
  const { client } = await context.engine();
  const answer = await client.message(taskId, 'drain', steering(context, options.reason));
  printAnswer(context, { taskId, json: options.json }, answer);
  if (answer.changed)
    context.io.err(`Watch it: batch-manager watch ${taskId}\nAbort the rest: batch-manager stop ${taskId}\n`);
  return EXIT.ok;
}

async function stopModule(context: Context, taskId: string, module: string, options: StopOptions): Promise<ExitCode> {
  const { client } = await context.engine();
  printAnswer(context, { taskId, module, json: options.json }, await client.module(taskId, 'stopModule', module));
  return EXIT.ok;
}

async function stopTask(context: Context, taskId: string, options: StopOptions): Promise<ExitCode> {
  const limits = new LimitStore(context.workspace);
  // Held already while an engine is brought up: its new worker must start no call of a task that is to stop.
  await limits.hold(taskId);
  const client = await requestCancel(context, taskId, limits);
  const closed = await closedInTime(client, taskId, options.force);
  await limits.release(taskId);
  // One that was stopped before its first step has none.
  const record = (await context.records.get(taskId)) === null ? null : await taskRecord(context, taskId);
  if (options.json === true) printJson(context.io, { task_id: taskId, changed: closed.kind === 'stopped', record });
  else if (record !== null) context.io.out(moduleTable(record, context.io.columns));
  const counts = record === null ? '' : countsText(record.counts);
  for (const text of await commitsAfter(context, record)) context.io.err(`git: ${text}\n`);
  if (closed.kind === 'stopped') context.io.err(`\nStopped ${taskId}. ${counts}\n`);
  else if (closed.kind === 'terminated') context.io.err(`\nTerminated ${taskId}. ${counts}\n`);
  else context.io.err(`\n${taskId} had ended (${closed.kind}) before the stop reached it.\n`);
  return EXIT.ok;
}

/** What the log says of the commit of what had ended: it is made once the record is closed. */
async function commitsAfter({ workspace }: Context, record: TaskRecord | null): Promise<string[]> {
  if (record === null) return [];
  const lines = await taskLines(workspace, record.task_id);
  return lines
    .filter(({ at, event }) => event === COMMIT_EVENT && at >= (record.ended_at ?? ''))
    .map(({ text }) => text);
}

/** Waits until the task is closed; with `--force` it is terminated where that takes too long. */
async function closedInTime(client: TaskClient, taskId: string, force: StopOptions['force']): Promise<Closed> {
  const closed = client.closed(taskId);
  if (force === undefined) return closed;
  const after = force === true ? FORCE_AFTER_MS : readDuration(force, '--force');
  const timer = new AbortController();
  const late = sleep(after, null, { signal: timer.signal }).catch(() => null);
  const inTime = await Promise.race([closed, late]);
  timer.abort();
  if (inTime === null) await client.terminate(taskId, `stop --force: not closed after ${prettyMs(after)}`);
  return closed;
}

/**
 * Requests the cancel, and waits for a server that does not answer. From the hold on no call starts, and it stands where this
 * gives up or is killed: then the worker delivers the stop.
 */
async function requestCancel(context: Context, taskId: string, limits: LimitStore): Promise<TaskClient> {
  const { onceAnswered } = await import('../client/unanswered.ts');
  const tellSilence = (): void =>
    context.io.err(
      `The engine does not answer. ${taskId} starts no more calls, and is stopped as soon as the engine answers.\n` +
        'Waiting for that; Ctrl-C ends the waiting, not the stop.\n',
    );
  try {
    return await onceAnswered(async () => {
      const { client } = await context.engine();
      await client.cancel(taskId).catch(async (error: unknown) => {
        // One that has ended meanwhile is told by its end.
        if ((error as Error).name !== 'WorkflowNotFoundError' || (await client.status(taskId)) === null) throw error;
      });
      return client;
    }, tellSilence);
  } catch (error) {
    if ((error as Error).name === 'WorkflowNotFoundError') {
      await limits.release(taskId);
      throw notFoundError(`${taskId} is not running: Temporal knows no open task of this id.\nSee: batch-manager list`);
    }
    throw engineError(
      `The stop did not reach ${taskId} yet: ${(error as Error).message}\n` +
        'It starts no more calls, and is stopped as soon as an engine runs. To see it through: ' +
        `batch-manager stop ${taskId}`,
      error,
    );
  }
}
