import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';
import { chooseDatabase, markIdle } from './database.ts';
import { serverEnvironment } from './environment.ts';
import { prepareStateFolder, stateFolder } from './paths.ts';
import { formerPort, freePort } from './ports.ts';
import { isAlive, processId } from '../process/identity.ts';
import { engineLog, lastServer, noteServer, type ServerState } from './state.ts';

/** What the embedded server is started with; ARCHITECTURE.md says what each gave. */
const DYNAMIC_VALUES = [
  'system.enableActivityEagerExecution=true',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'history.workflowTaskRetryMaxInterval="1s"',
  'history.timerProcessorMaxTimeShift="10ms"',
];

/** Safe over kill -9 and power loss; OFF and NORMAL are not faster here: the server's CPU is the limit (measured). */
const PRAGMAS = ['journal_mode=WAL', 'synchronous=FULL'];

/** Neither variables nor files that were made for another Temporal count. */
const OWN_SETTINGS = ['--disable-config-env', '--disable-config-file'];

/** Ports that are tried first: those of Temporal's own documentation. */
const PORT = 7233;
const UI_PORT = 8233;

/**
 * Starts the server, or takes the one that serves the database already: two on one would break it. It runs detached, with
 * its log in a file, and is not awaited until it answers.
 * @param before the server that ran last, whose ports are taken again where they are free.
 */
export async function startServer(
  before: ServerState | null,
  onProgress: (message: string) => void,
): Promise<ServerState> {
  prepareStateFolder();
  const { file, path, version } = await chooseDatabase(onProgress);
  const running = lastServer();
  if (running !== null && running.database === file && isAlive(running)) return running;
  markIdle(file, false);
  const port = await (before === null ? freePort(PORT) : formerPort(portOf(before.address)));
  const uiPort = await (before === null ? freePort(UI_PORT) : formerPort(portOf(before.uiAddress)));
  const [httpPort, metricsPort] = [await freePort(0), await freePort(0)];
  const log = openSync(engineLog('server'), 'a');
  const flags: Record<string, string> = {
    ip: '127.0.0.1',
    port: String(port),
    'http-port': String(httpPort),
    'ui-ip': '127.0.0.1',
    'ui-port': String(uiPort),
    'metrics-port': String(metricsPort),
    'db-filename': file,
    'log-level': 'error',
    'log-format': 'json',
    // None: the user's own names environments for other servers, and its values would come before these.
    'env-file': join(stateFolder(), 'no-environments.yaml'),
  };
  const args = [
    ...Object.entries(flags),
    ...PRAGMAS.map((pragma) => ['sqlite-pragma', pragma] as const),
    ...Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => ['search-attribute', `${name}=${type}`] as const),
    ...DYNAMIC_VALUES.map((value) => ['dynamic-config-value', value] as const),
  ].flatMap(([flag, value]) => [`--${flag}`, value]);
  const env = serverEnvironment();
  const command = ['server', 'start-dev', ...OWN_SETTINGS, ...args];
  const child = spawn(path, command, { detached: true, stdio: ['ignore', log, log], env });
  closeSync(log);
  // Without a listener a binary that cannot be run would end the supervisor; that there is no process is seen at once.
  child.once('error', () => undefined);
  child.unref();
  const id = processId(child.pid ?? 0) ?? { pid: child.pid ?? 0, startTime: 'gone' };
  const started = {
    ...id,
    path,
    version,
    address: `127.0.0.1:${port}`,
    uiAddress: `127.0.0.1:${uiPort}`,
    database: file,
    ready: false,
  };
  noteServer(started);
  return started;
}

const portOf = (address: string): number => Number(address.split(':')[1]);
