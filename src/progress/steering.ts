/** What the commands that steer a running task share. */
import { hostname } from 'node:os';
import { resolveTask, type Context } from '../context.ts';
import { userName } from '../engine/environment.ts';
import { taskEnded } from '../domain/task-status.ts';
import type { TaskRecord } from '../store/records.ts';
import { printJson } from '../views/json.ts';
import type { Answer, Steering } from '../../workflows/contract.ts';
import { findModule } from './task-record.ts';

/** A task that a person named; its record is null where it was started a moment ago. */
export interface NamedTask {
  readonly taskId: string;
  readonly record: TaskRecord | null;
}

/** The task that a person means. */
export async function namedTask(context: Context, wanted: string): Promise<NamedTask> {
  const taskId = await resolveTask(context, wanted);
  return { taskId, record: await context.records.get(taskId) };
}

/**
 * The id of a task that is to be steered; null where it has ended: then nothing changes, and that is said here.
 * @throws UserError (not-found) where there is no such task, or it has no such module.
 */
export async function openTask(
  context: Context,
  options: {
    readonly id: string;
    readonly module?: string | undefined;
    readonly json?: boolean | undefined;
    /** What to do with an ended task instead; `ID` stands for its id. */
    readonly instead: string;
  },
): Promise<string | null> {
  const { taskId, record } = await namedTask(context, options.id);
  if (record === null || !taskEnded(record.status)) return taskId;
  if (options.module !== undefined) findModule(record, options.module);
  const { status } = record;
  if (options.json === true) printJson(context.io, { task_id: taskId, changed: false, status });
  else context.io.err(`No change: ${taskId} is ${status} already.\n${options.instead.replaceAll('ID', taskId)}\n`);
  return null;
}

/** Who asks, and why, for `show` and the log. */
export function steering(context: Context, reason: string | undefined): Steering {
  return { by: `${userName(context.env)}@${hostname()}`.slice(0, 100), ...(reason !== undefined && { reason }) };
}

/** Prints what became of a message. */
export function printAnswer(
  context: Context,
  options: { readonly taskId: string; readonly module?: string; readonly json?: boolean | undefined },
  answer: Answer,
): void {
  const { taskId, module, json = false } = options;
  if (json) printJson(context.io, { task_id: taskId, ...(module !== undefined && { module }), ...answer });
  else context.io.out(`${module === undefined ? '' : `${module}: `}${answer.detail}\n`);
}
