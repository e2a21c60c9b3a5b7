/** Stops a task whose workspace is not here: one that is gone, or one of another machine. */
import type { Context } from '../context.ts';
import { engineError, usageError } from '../domain/errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { printJson } from '../views/json.ts';

/** Whether a task without a record here is of another workspace. */
export async function belongsElsewhere(context: Context, taskId: string): Promise<boolean> {
  const access = await context.engineIfUp();
  const owner = (await access?.client.workspaceOf(taskId)) ?? null;
  return owner !== null && owner !== (await context.knownWorkspaceId());
}

/**
 * Stops it: a workspace that is gone has no worker that could hear of the stop, so its task is terminated.
 * @throws UserError (usage) where only a part of it is to be stopped.
 */
export async function stopElsewhere(
  context: Context,
  taskId: string,
  options: {
    readonly module?: string | undefined;
    readonly drain?: boolean | undefined;
    readonly json?: boolean | undefined;
  },
): Promise<ExitCode> {
  if (options.module !== undefined || options.drain === true)
    throw usageError(
      `The workspace of ${taskId} is not here: only the whole task can be stopped, without --module or --drain.`,
    );
  const access = await context.engineIfUp();
  if (access === null) throw engineError('The engine is down: nothing runs.');
  const { client } = access;
  const { registered } = await import('../engine/registry.ts');
  const owner = registered((await client.workspaceOf(taskId)) ?? '');
  const status = await client.status(taskId);
  const { io } = context;
  if (status !== 'RUNNING' && status !== 'PAUSED') {
    if (options.json === true) printJson(io, { task_id: taskId, changed: false, status: status?.toLowerCase() });
    else io.err(`No change: ${taskId} is ${status?.toLowerCase() ?? 'not known'} already.\n`);
    return EXIT.ok;
  }
  if (owner === null) await client.cancel(taskId);
  else await client.terminate(taskId, `stop: its workspace ${owner.root} is gone`);
  const { kind } = await client.closed(taskId);
  if (options.json === true) printJson(io, { task_id: taskId, changed: true, closed: kind });
  else if (owner === null) io.err(`Stopped ${taskId}.\n`);
  else io.err(`Terminated ${taskId}: its workspace ${owner.root} is gone, and no worker could hear of a stop.\n`);
  return EXIT.ok;
}
