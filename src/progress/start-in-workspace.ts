import type { StartRequest } from '../client/start.ts';
import type { Context } from '../context.ts';

/** Starts a task in the workspace, or attaches to the one that the same command started; see src/client/start.ts. */
export async function startInWorkspace(
  context: Context,
  request: Omit<StartRequest, 'workspaceId'>,
): Promise<{ readonly taskId: string; readonly attached: boolean }> {
  const { client } = await context.engine();
  const { startTask } = await import('../client/start.ts');
  return startTask(client, context.workspace, { workspaceId: await context.workspaceId(), ...request });
}
