import type { Context, EngineAccess } from '../context.ts';
import { taskEnded } from '../domain/task-status.ts';
import { supervisorCommand } from '../engine/command.ts';
import { isConfigured } from '../engine/configured.ts';
import { ensureEngine } from '../engine/ensure.ts';
import { readHanded } from '../engine/handed-environment.ts';
import { prepareStateFolder } from '../engine/paths.ts';
import { connectClient } from './connection.ts';
import { TaskClient } from './task-client.ts';

/**
 * Connects to the configured Temporal, or to the embedded engine, which is started with a worker for this workspace. Whoever
 * starts it is told which tasks go on with it.
 */
export async function openEngine(
  context: Context,
  { namesOpenTasks }: { readonly namesOpenTasks: boolean } = { namesOpenTasks: false },
): Promise<EngineAccess> {
  if (isConfigured(context.env)) return connectTo(null, null);
  prepareStateFolder();
  const workspace = { id: await context.workspaceId(), root: context.workspace.root };
  await handOverOnce(context, workspace.id);
  const onProgress = (message: string): void => context.io.err(`${message}\n`);
  const { address, uiAddress, started } = await ensureEngine({
    onProgress,
    workspace,
    supervisorCommand: supervisorCommand(),
  });
  // An engine that was just ending has removed it.
  await handOverOnce(context, workspace.id);
  if (started && !namesOpenTasks) await nameOpenTasks(context);
  return connectTo(address, `http://${uiAddress}/namespaces/default`);
}

/** Any command may be the one that starts the engine; later ones hand over where they let calls start. */
async function handOverOnce(context: Context, workspaceId: string): Promise<void> {
  if (readHanded(workspaceId) === null) await (await import('./hand-over.ts')).handOverShell(context);
}

async function nameOpenTasks({ records, io }: Context): Promise<void> {
  const open = (await records.list()).filter((record) => !taskEnded(record.status));
  if (open.length > 0) io.err(`With it go on: ${open.map((record) => record.task_id).join(', ')}\n`);
}

/** Connects a client to an address; null is the configured one. */
export async function connectTo(address: string | null, webUi: string | null): Promise<EngineAccess> {
  const { client, connection } = await connectClient({ address });
  return { client: new TaskClient(client, () => connection.close()), webUi };
}
