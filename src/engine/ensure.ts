/** Brings the engine up from a command: adopts one that runs, else finds a server and starts a supervisor. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineError } from '../domain/errors.ts';
import { endProcess } from './end.ts';
import { locateServer } from './locate.ts';
import { answers } from './ports.ts';
import { isAlive } from '../process/identity.ts';
import { knownDatabase } from './server.ts';
import { engineLog, lastServer, readEngine, readyWorker, wantWorker, writeEngine, type EngineState } from './state.ts';

/** How long server and worker may take to come up, ms. */
const UP_MS = 45_000;

/** How often the state is looked at meanwhile, ms. */
const LOOK_EVERY_MS = 40;

export interface EnsureOptions {
  readonly onProgress: (message: string) => void;
  /** The workspace that needs a worker. */
  readonly workspace: { readonly id: string; readonly root: string };
  /** Command of the supervisor process. */
  readonly supervisorCommand: readonly string[];
}

/** Where a running engine is. */
export interface EngineAddress {
  readonly address: string;
  readonly uiAddress: string;
}

/** Whether an address, profile or key names a Temporal of the user's own: then no engine is ever started. */
export function isConfigured(env: NodeJS.ProcessEnv): boolean {
  const names = ['TEMPORAL_ADDRESS', 'TEMPORAL_PROFILE', 'TEMPORAL_API_KEY', 'TEMPORAL_CONFIG_FILE'];
  if (names.some((name) => env[name] !== undefined && env[name] !== '')) return true;
  const file = join(env.XDG_CONFIG_HOME || join(env.HOME ?? homedir(), '.config'), 'temporalio', 'temporal.toml');
  return existsSync(file) && /^\s*(address|api_key)\s*=/m.test(readFileSync(file, 'utf8'));
}

/** A running engine; null where its supervisor or server is dead or does not answer. */
export async function runningEngine(
  onWarning?: (message: string) => void,
): Promise<(EngineState & { server: NonNullable<EngineState['server']> }) | null> {
  const state = readEngine(onWarning);
  if (state === null || state.server === null || !state.server.ready) return null;
  if (!isAlive(state.supervisor) || !isAlive(state.server) || !(await answers(state.server.address))) return null;
  return { ...state, server: state.server };
}

/**
 * Brings the engine up, with a worker for the workspace. Two commands at the same moment end with the same engine.
 * @throws UserError (engine) with the reason and the end of the log.
 */
export async function ensureEngine(options: EnsureOptions): Promise<EngineAddress> {
  const { workspace, onProgress } = options;
  const started = (await runningEngine(onProgress)) === null;
  if (started && knownDatabase() === null) await locateServer({ onProgress });
  wantWorker(workspace);
  if (started) {
    onProgress('Starting the engine …');
    startSupervisor(options.supervisorCommand);
  }
  return waitUntilUp(options);
}

/** Starts a supervisor; where one runs already, it ends at once. */
function startSupervisor(command: readonly string[]): void {
  const [file = '', ...args] = command;
  const log = openSync(engineLog('supervisor'), 'a');
  spawn(file, args, { cwd: homedir(), detached: true, stdio: ['ignore', log, log] }).unref();
  closeSync(log);
}

async function waitUntilUp({ workspace, supervisorCommand }: EnsureOptions): Promise<EngineAddress> {
  let lookedAt = Date.now();
  for (const deadline = Date.now() + UP_MS; Date.now() < deadline; await sleep(LOOK_EVERY_MS)) {
    const state = readEngine();
    const server = state?.server;
    if (
      state !== null &&
      server?.ready === true &&
      isAlive(state.supervisor) &&
      isAlive(server) &&
      readyWorker(workspace.id, server.address) !== null
    ) {
      return { address: server.address, uiAddress: server.uiAddress };
    }
    // One that was ending just when this command came is gone by now: start another.
    if (Date.now() - lookedAt > 3000) {
      lookedAt = Date.now();
      if (state === null || !isAlive(state.supervisor)) startSupervisor(supervisorCommand);
    }
  }
  throw notUp(workspace.id);
}

function notUp(workspaceId: string): Error {
  const state = readEngine();
  const worker = state?.workers.find((other) => other.workspaceId === workspaceId);
  const name =
    state?.server?.ready === true
      ? `worker-${workspaceId}`
      : (state?.problem ?? null) === null
        ? 'supervisor'
        : 'server';
  const reason =
    state?.problem ??
    (worker === undefined
      ? ''
      : `the worker was started ${worker.restarts + 1} times (${worker.lastEnd ?? 'it does not come up'})`);
  return engineError(
    `The engine did not come up within ${UP_MS / 1000} s${reason === '' ? '' : `: ${reason}`}.\n${tail(engineLog(name))}Look closer: batch-manager doctor`,
  );
}

/** The last lines of a log. */
export function tail(file: string, lines = 8): string {
  if (!existsSync(file)) return '';
  const last = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  return last === '' ? '' : `End of ${file}:\n${last}\n`;
}

/** An engine of which nothing is known; no system gives the pid 0. */
const NOTHING: EngineState = {
  version: 1,
  supervisor: { pid: 0, startTime: 'none' },
  server: null,
  workers: [],
  problem: null,
};

/** Ends the engine, also one whose supervisor is dead; false where nothing ran. */
export async function stopEngine(): Promise<boolean> {
  // Where the state file is lost, the server's own file still names it.
  const state = readEngine() ?? { ...NOTHING, server: lastServer() };
  const parts = [state.supervisor, ...state.workers, ...(state.server === null ? [] : [state.server])];
  if (!parts.some(isAlive)) return false;
  await endProcess(state.supervisor, 60_000);
  // What a dead supervisor left behind.
  await Promise.all(state.workers.map((worker) => endProcess(worker, 30_000)));
  if (state.server !== null) await endProcess(state.server, 10_000);
  writeEngine({ ...state, workers: [], problem: null, server: state.server && { ...state.server, ready: false } });
  return true;
}
