import { spawn } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';
import { locateServer } from './locate.ts';
import { cacheFolder, stateFolder } from './paths.ts';
import { freePort } from './ports.ts';
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

/** Ports that are tried first: those of Temporal's own documentation. */
const PORT = 7233;
const UI_PORT = 8233;

/** A database with the binary that it is served by. */
interface Database {
  readonly file: string;
  readonly path: string;
  readonly version: string;
}

/** Where the binary of a database is kept: another server's schema would break it at run time. */
const keptBinary = (version: string): string => join(cacheFolder(), 'servers', version, 'temporal');

/**
 * The database to serve: the newest there is, with the binary that made it, so that a newer `temporal` on PATH does not
 * hide running batches; else a new one for the server that is found.
 */
async function database(onProgress: (message: string) => void): Promise<Database> {
  const known = knownDatabase();
  if (known !== null) return known;
  const { path, serverVersion: version } = await locateServer({ onProgress });
  const kept = keptBinary(version);
  if (!existsSync(kept)) {
    mkdirSync(dirname(kept), { recursive: true });
    keep(path, kept);
  }
  return { file: join(stateFolder(), `temporal-${version}.db`), path: kept, version };
}

/** The newest database whose binary is there; null where there is none. */
export function knownDatabase(): Database | null {
  if (!existsSync(stateFolder())) return null;
  const found = readdirSync(stateFolder()).flatMap((name) => {
    const version = /^temporal-(\d+\.\d+\.\d+)\.db$/.exec(name)?.[1];
    if (version === undefined || !existsSync(keptBinary(version))) return [];
    const file = join(stateFolder(), name);
    return [{ file, path: keptBinary(version), version, modified: statSync(file).mtimeMs }];
  });
  return found.toSorted((a, b) => b.modified - a.modified)[0] ?? null;
}

/** Hard link where it can be, else a copy, which appears whole: one that is cut would be taken for the binary ever after. */
function keep(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    const scratch = `${to}.copy-${process.pid}`;
    copyFileSync(from, scratch);
    renameSync(scratch, to);
  }
}

/**
 * Starts the server, or takes the one that serves the database already: two on one would break it. It runs detached, with
 * its log in a file, and is not awaited until it answers.
 * @param before the server that ran last, whose ports are taken again where they are free.
 */
export async function startServer(
  before: ServerState | null,
  onProgress: (message: string) => void,
): Promise<ServerState> {
  mkdirSync(stateFolder(), { recursive: true });
  const { file, path, version } = await database(onProgress);
  const running = lastServer();
  if (running !== null && running.database === file && isAlive(running)) return running;
  const port = await freePort(portOf(before?.address) ?? PORT);
  const uiPort = await freePort(portOf(before?.uiAddress) ?? UI_PORT);
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
  };
  const args = [
    ...Object.entries(flags),
    ...PRAGMAS.map((pragma) => ['sqlite-pragma', pragma] as const),
    ...Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => ['search-attribute', `${name}=${type}`] as const),
    ...DYNAMIC_VALUES.map((value) => ['dynamic-config-value', value] as const),
  ].flatMap(([flag, value]) => [`--${flag}`, value]);
  const child = spawn(path, ['server', 'start-dev', ...args], { detached: true, stdio: ['ignore', log, log] });
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

const portOf = (address: string | undefined): number | undefined =>
  address === undefined ? undefined : Number(address.split(':')[1]);
