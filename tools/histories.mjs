// Saves the histories of tasks and their modules for the replay test: node tools/histories.mjs FOLDER TASK_ID...
// Run it against a running engine, with the version of the workflows that the histories are to stand for.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';

const { historyToJSON } = createRequire(import.meta.url)('@temporalio/common/lib/proto-utils');
const [folder, ...taskIds] = process.argv.slice(2);
const state = process.env.XDG_STATE_HOME ?? join(homedir(), '.local/state');
const { server } = JSON.parse(readFileSync(join(state, 'batch-manager/engine.json'), 'utf8'));
const connection = await Connection.connect({ address: server.address });
const client = new Client({ connection });
mkdirSync(folder, { recursive: true });

for (const taskId of taskIds) {
  const runs = client.workflow.list({ query: `CurBatch='${taskId}'` });
  for await (const { workflowId, runId, status } of runs) {
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    // Which machine and process did it is nobody's business, and differs with each recording.
    const json = JSON.stringify(JSON.parse(historyToJSON(history)))
      .replace(/"identity":"[^"]*"/g, '"identity":"worker"')
      .replace(/"stackTrace":"(?:[^"\\]|\\.)*"/g, '"stackTrace":""');
    // Runs of one minute share the first eight digits of their ids: the time of a run is in the first twelve.
    const name = `${workflowId.startsWith('module/') ? workflowId.split('/').at(-1) : 'batch'}-${status.name.toLowerCase()}`;
    writeFileSync(join(folder, `${taskId.replace(/-\d{14}$/, '')}.${name}.${runId.slice(0, 13)}.json`), `${json}\n`);
    console.log(name, history.events.length, 'events');
  }
}
await connection.close();
