import { Client, Connection } from '@temporalio/client';
import { InternalConnectionOptionsSymbol } from '@temporalio/client/lib/connection.js';
import { NativeConnection } from '@temporalio/worker';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../../src/domain/search-attributes.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { freePort, quietRuntime } from './temporal.ts';
import { until } from './until.ts';

const JARS = join(PACKAGE_ROOT, 'tools/test-server/target/dependency');

/** Why tests with skipped time are skipped; undefined where Java and the server are there. */
export const noSkipping = whyNot();

function whyNot(): string | undefined {
  if (!existsSync(JARS)) return 'make it with: mvn -q -f tools/test-server/pom.xml dependency:copy-dependencies';
  return spawnSync('java', ['-version']).status === 0 ? undefined : 'there is no java';
}

/** A server on which time is skipped while nothing but timers run, with a client and a worker's connection. */
export interface SkippingServer {
  readonly client: Client;
  readonly native: NativeConnection;
  /** The server's time, ms. */
  now(): Promise<number>;
  close(): Promise<void>;
}

/** temporal.api.enums.v1.IndexedValueType. */
const INDEXED_VALUE = { Keyword: 2, Int: 3, Double: 4 } as const;

/**
 * Starts Temporal's test server on loopback. The dev server (1.31) will not do: it takes a `timeSkippingConfig` and ignores it;
 * 1.32 is the first that knows one, behind the dynamic value `frontend.WorkflowTimeSkippingEnabled`.
 */
export async function startSkippingServer(): Promise<SkippingServer> {
  quietRuntime();
  const port = await freePort();
  const args = ['-cp', join(JARS, '*'), 'io.temporal.testserver.TestServer', String(port)];
  const server = spawn('java', args, { stdio: 'ignore' });
  const address = `127.0.0.1:${port}`;
  const options = { address, [InternalConnectionOptionsSymbol]: { supportsTestService: true } };
  const connect = (): Promise<Connection | undefined> =>
    Connection.connect({ ...options, connectTimeout: 1000 }).catch(() => undefined);
  let connection: Connection | undefined;
  await until(async () => (connection ??= await connect()) !== undefined, 60_000);
  if (connection?.testService === undefined) throw new Error('the connection has no test service');
  const { testService, operatorService } = connection;
  const attributes = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, INDEXED_VALUE[type]]);
  await operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(attributes) as Record<string, number>,
  });
  await testService.unlockTimeSkipping({});
  const opened = connection;
  return {
    client: new Client({ connection: opened }),
    native: await NativeConnection.connect({ address }),
    async now() {
      return Number((await testService.getCurrentTime({})).time?.seconds ?? 0) * 1000;
    },
    async close() {
      await opened.close();
      const exited = new Promise((done) => server.once('exit', done));
      server.kill('SIGKILL');
      await exited;
    },
  };
}
