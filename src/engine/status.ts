import type { Context, EngineAccess } from '../context.ts';
import { isConfigured } from './configured.ts';
import { runningEngine } from './ensure.ts';

/** A client of the engine if it is up; null where it is not. Loads Temporal only then. */
export async function openIfUp(context: Context): Promise<EngineAccess | null> {
  const configured = isConfigured(context.env);
  const engine = configured ? null : await runningEngine((message) => context.io.err(`${message}\n`));
  if (!configured && engine === null) return null;
  const { connectTo } = await import('../client/engine-access.ts');
  // A server that dies between the look and the connection is down: what is on disk can be shown all the same.
  if (engine === null) return connectTo(null, null).catch(() => null);
  return connectTo(engine.server.address, `http://${engine.server.uiAddress}/namespaces/default`).catch(() => null);
}
