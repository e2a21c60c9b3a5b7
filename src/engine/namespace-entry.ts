/**
 * Run as a process of its own, so that the supervisor need not hold the Temporal client in memory:
 * `setup ADDRESS` waits for the server, sets retention and search attributes; `count ADDRESS [WORKSPACE…]` prints how many
 * workflows are open, and how many of them are paused batches, in all and of each workspace: `3 1`, a line each.
 */
import { Client, Connection } from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';

const NAMESPACE = 'default';

/** How long ended workflows are kept; the dev server's own 24 h would lose yesterday's batch. */
const RETENTION_DAYS = 90;

/** How long the server may take to come up, ms. */
const UP_MS = 30_000;

/** The server is on loopback, whatever proxy the shell names. */
const NO_PROXY = { 'grpc.enable_http_proxy': 0 };

/** temporal.api.enums.v1.IndexedValueType. */
const INDEXED_VALUE = { Keyword: 2, Int: 3, Double: 4 } as const;

async function connected(address: string): Promise<Connection> {
  for (const deadline = Date.now() + UP_MS; ;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1000, channelArgs: NO_PROXY });
      await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
      return connection;
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await sleep(50);
    }
  }
}

async function setUp(connection: Connection): Promise<void> {
  await connection.workflowService.updateNamespace({
    namespace: NAMESPACE,
    config: { workflowExecutionRetentionTtl: { seconds: (RETENTION_DAYS * 24 * 3600) as never } },
  });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: NAMESPACE });
  const missing = Object.entries(SEARCH_ATTRIBUTES).filter(([name]) => customAttributes?.[name] === undefined);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map(([name, type]) => [name, INDEXED_VALUE[type]]));
  await connection.operatorService.addSearchAttributes({ namespace: NAMESPACE, searchAttributes });
}

const [verb, address = '', ...workspaces] = process.argv.slice(2);
const connection = await connected(address);
if (verb === 'setup') await setUp(connection);
else {
  const { workflow } = new Client({ connection });
  for (const of of ['', ...workspaces.map((id) => ` AND CurWorkspace='${id}'`)]) {
    const open = await workflow.count(`ExecutionStatus='Running'${of}`);
    const paused = await workflow.count(`ExecutionStatus='Running' AND CurStatus='paused'${of}`);
    process.stdout.write(`${open.count} ${paused.count}\n`);
  }
}
await connection.close();
