/** What the commands that steer a running task share. */
import { hostname, userInfo } from 'node:os';
import { resolveTask, type Context } from '../context.ts';
import { usageError } from '../domain/errors.ts';
import { taskEnded } from '../domain/task-status.ts';
import type { TaskRecord } from '../store/records.ts';
import { printJson } from '../views/json.ts';
import type { Answer, Steering } from '../../workflows/contract.ts';

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
 * The id of a task that is to be steered.
 * @throws UserError (usage) where it has ended, with what to do instead.
 */
export async function openTask(context: Context, wanted: string, instead: string): Promise<string> {
  const { taskId, record } = await namedTask(context, wanted);
  if (record === null || !taskEnded(record.status)) return taskId;
  throw usageError(`Task ${taskId} is ${record.status} already.\n${instead.replaceAll('ID', taskId)}`);
}

/** Who asks, and why, for `show` and the log. */
export function steering(context: Context, reason: string | undefined): Steering {
  return { by: `${userName(context.env)}@${hostname()}`.slice(0, 100), ...(reason !== undefined && { reason }) };
}

function userName(env: NodeJS.ProcessEnv): string {
  try {
    return userInfo().username;
  } catch {
    // In a container the user may have no entry.
    return env['USER'] ?? 'unknown';
  }
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
