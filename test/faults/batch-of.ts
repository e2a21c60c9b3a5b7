import { connectClient } from '../../src/client/connection.ts';
import { TaskClient } from '../../src/client/task-client.ts';
import type { Home } from '../helpers/cli.ts';
import { collect } from '../helpers/collect.ts';
import { serverState } from '../helpers/engine-state.ts';

/** A batch as Temporal has it. */
export interface Batch {
  /** Module workflows that were started. */
  started(): Promise<number>;
  /** Runs of the batch: one more with each continue-as-new. */
  runs(): Promise<number>;
  ended(): Promise<boolean>;
  /** Sends a verb on a module as the command line does; gives the answer, or `lost: …` and why. */
  send(verb: 'stopModule' | 'retryModule', module: string): Promise<string>;
  close(): Promise<void>;
}

export async function batchOf({ home }: { readonly home: Pick<Home, 'folder'> }, id: string): Promise<Batch> {
  const { client, connection } = await connectClient({ address: serverState(home).address });
  const tasks = new TaskClient(client, () => connection.close());
  return {
    started: async () => (await client.workflow.count(`CurBatch='${id}' AND WorkflowType!='batch'`)).count,
    runs: async () => (await collect(client.workflow.list({ query: `WorkflowId='${id}'` }))).length,
    ended: async () => (await tasks.status(id)) !== 'RUNNING',
    send: (verb, module) =>
      tasks.module(id, verb, module).then(
        (answer) => answer.detail,
        (error: unknown) => `lost: ${(error as Error).message}`,
      ),
    close: () => connection.close(),
  };
}
