import type { Context, EngineAccess } from '../context.ts';
import { supervisorCommand } from '../engine/command.ts';
import { isConfigured } from '../engine/configured.ts';
import { ensureEngine } from '../engine/ensure.ts';
import { connectClient } from './connection.ts';
import { TaskClient } from './task-client.ts';

/** Connects to the configured Temporal, or to the embedded engine, which is started with a worker for this workspace. */
export async function openEngine(context: Context): Promise<EngineAccess> {
  if (isConfigured(context.env)) return connectTo(null, null);
  const workspace = { id: await context.workspaceId(), root: context.workspace.root };
  const onProgress = (message: string): void => context.io.err(`${message}\n`);
  const { address, uiAddress } = await ensureEngine({ onProgress, workspace, supervisorCommand: supervisorCommand() });
  return connectTo(address, `http://${uiAddress}/namespaces/default`);
}

/** Connects a client to an address; null is the configured one. */
export async function connectTo(address: string | null, webUi: string | null): Promise<EngineAccess> {
  const { client, connection } = await connectClient({ address });
  return { client: new TaskClient(client, () => connection.close()), webUi };
}
