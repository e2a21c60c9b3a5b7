import { connectClient } from '../../src/client/connection.ts';
import { collect } from '../helpers/collect.ts';
import type { Home } from '../helpers/cli.ts';
import { serverState } from '../helpers/engine-state.ts';

/** Ids of all batches that Temporal knows. */
export async function taskIdsOf({ home }: { readonly home: Pick<Home, 'folder'> }): Promise<string[]> {
  const { client, connection } = await connectClient({ address: serverState(home).address });
  const found = await collect(client.workflow.list({ query: `WorkflowType='batch'` }));
  await connection.close();
  return [...new Set(found.map(({ workflowId }) => workflowId))];
}
