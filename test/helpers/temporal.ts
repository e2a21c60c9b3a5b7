import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime } from '@temporalio/worker';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes.ts';

/** The server that `npm test` found or made. */
export const TEMPORAL_BINARY =
  process.env.BATCH_MANAGER_TEMPORAL ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'batch-manager/temporal/v1.8.2/temporal');

/** Why tests that need the server are skipped; undefined where it is there. */
export const noTemporal = existsSync(TEMPORAL_BINARY) ? undefined : `no Temporal binary at ${TEMPORAL_BINARY}`;

/** A dev server of its own, with a client and a worker's connection. */
export interface TestServer {
  readonly address: string;
  readonly client: Client;
  readonly native: NativeConnection;
  readonly process: ChildProcess;
  close(): Promise<void>;
}

let quiet = false;

/** The SDK's runtime is one a process, also where a test starts two servers. */
export function quietRuntime(): void {
  if (!quiet) Runtime.install({ logger: new DefaultLogger('ERROR') });
  quiet = true;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Starts a server with the settings of the embedded engine; its database goes with it. */
export async function startTestServer(options: { readonly searchAttributes?: boolean } = {}): Promise<TestServer> {
  quietRuntime();
  const folder = mkdtempSync(join(tmpdir(), 'batch-manager-temporal-'));
  const port = await freePort();
  const known: Record<string, string> = options.searchAttributes === false ? {} : SEARCH_ATTRIBUTES;
  const attributes = Object.entries(known).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]);
  const values = [
    'system.enableActivityEagerExecution=true',
    'matching.numTaskqueueReadPartitions=1',
    'matching.numTaskqueueWritePartitions=1',
    'history.workflowTaskRetryMaxInterval="1s"',
    'history.timerProcessorMaxTimeShift="10ms"',
  ].flatMap((value) => ['--dynamic-config-value', value]);
  const flags = [
    '--headless',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--db-filename',
    join(folder, 'test.db'),
    '--log-level',
    'never',
  ];
  const server = spawn(TEMPORAL_BINARY, ['server', 'start-dev', ...flags, ...attributes, ...values], {
    stdio: 'ignore',
  });
  const address = `127.0.0.1:${port}`;
  const connection = await connected(address);
  return {
    address,
    client: new Client({ connection }),
    native: await NativeConnection.connect({ address }),
    process: server,
    async close() {
      await connection.close();
      const exited = new Promise((done) => server.once('exit', done));
      server.kill('SIGKILL');
      await exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function connected(address: string): Promise<Connection> {
  for (let tries = 0; ; tries += 1) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1000 });
      await connection.workflowService.describeNamespace({ namespace: 'default' });
      return connection;
    } catch (error) {
      if (tries === 60) throw error;
      await sleep(100);
    }
  }
}
