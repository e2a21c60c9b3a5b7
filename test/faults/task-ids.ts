import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectClient } from '../../src/client/connection.ts';
import { collect } from '../helpers/collect.ts';
import type { Home } from '../helpers/cli.ts';

/** Address of a home's embedded server. */
export function serverAddress(home: Pick<Home, 'folder'>): string {
  const file = join(home.folder, 'state/batch-manager/engine.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { server: { address: string } }).server.address;
}

/** Ids of all batches that Temporal knows. */
export async function taskIdsOf({ home }: { readonly home: Pick<Home, 'folder'> }): Promise<string[]> {
  const { client, connection } = await connectClient({ address: serverAddress(home) });
  const found = await collect(client.workflow.list({ query: `WorkflowType='batch'` }));
  await connection.close();
  return [...new Set(found.map(({ workflowId }) => workflowId))];
}
