/** Brings the engine up from a command: adopts one that runs, else finds a server and starts a supervisor. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { engineError } from '../domain/errors.ts';
import { endProcess } from './end.ts';
import { workerEnvironment } from './environment.ts';
import { cacheFolder, prepareStateFolder } from './paths.ts';
import { answers } from './ports.ts';
import { isAlive } from '../process/identity.ts';
import { chooseDatabase } from './database.ts';
import { forgetHanded } from './handed-environment.ts';
import { engineLeft, engineState } from './left.ts';
import { endWorkers } from './worker-keeper.ts';
import { engineLog, isWanted, readEngine, readyWorker, wantWorker, writeEngine, type EngineState } from './state.ts';

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

/** A running engine; null where its supervisor or server is dead or does not answer. */
export async function runningEngine(
  onWarning?: (message: string) => void,
): Promise<(EngineState & { server: NonNullable<EngineState['server']> }) | null> {
  const state = await engineState(onWarning);
  if (state === null || state.server === null || !state.server.ready) return null;
  if (!isAlive(state.supervisor) || !isAlive(state.server) || !(await answers(state.server.address))) return null;
  return { ...state, server: state.server };
}

/**
 * Brings the engine up, with a worker for the workspace. Two commands at the same moment end with the same engine.
 * @throws UserError (engine) with the reason and the end of the log.
 */
export async function ensureEngine(
  options: EnsureOptions,
): Promise<EngineAddress & { /** Whether this very command brought it up. */ readonly started: boolean }> {
  const { workspace, onProgress } = options;
  prepareStateFolder();
  const started = (await runningEngine(onProgress)) === null;
  if (started) await chooseDatabase(onProgress).catch(refuseUnwritable);
  wantWorker(workspace);
  if (started) {
    onProgress('Starting the engine …');
    startSupervisor(options);
  }
  return { ...(await waitUntilUp(options)), started };
}

/** @throws UserError (engine) for a cache folder that cannot be written; any other error as it is. */
function refuseUnwritable(error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined || !['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'ENOSPC'].includes(code)) throw error;
  throw engineError(
    `The Temporal server is kept in ${cacheFolder()}, and that failed: ${message}.\n` +
      'Mend its owner or mode, or name another place: export XDG_CACHE_HOME=/path/to/a/folder',
    error,
  );
}

/** Starts a supervisor; where one runs already, it ends at once. */
function startSupervisor({ supervisorCommand, workspace }: EnsureOptions): void {
  const [file = '', ...args] = supervisorCommand;
  const log = openSync(engineLog('supervisor'), 'a');
  // In the workspace, whose settings say when the engine ends itself; a settings file in the home folder is none of it.
  const stdio = ['ignore', log, log] as const;
  spawn(file, args, { cwd: workspace.root, detached: true, stdio: [...stdio], env: workerEnvironment() }).unref();
  closeSync(log);
}

async function waitUntilUp(options: EnsureOptions): Promise<EngineAddress> {
  const { workspace } = options;
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
    // The wish is given back where no task is open, perhaps just now: it is this command that starts one.
    if (!isWanted(workspace.id)) wantWorker(workspace);
    // One that was ending just when this command came is gone by now: start another.
    if (Date.now() - lookedAt > 3000) {
      lookedAt = Date.now();
      if (state === null || !isAlive(state.supervisor)) startSupervisor(options);
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

/** Ends the engine, also one whose supervisor is dead or whose state file is lost; false where nothing ran. */
export async function stopEngine(onWarning?: (message: string) => void): Promise<boolean> {
  const state = (await engineState(onWarning)) ?? engineLeft();
  const spares = state.workers.flatMap(({ spare }) => (spare === null ? [] : [spare]));
  const parts = [state.supervisor, ...state.workers, ...spares, ...(state.server === null ? [] : [state.server])];
  if (!parts.some(isAlive)) {
    forgetHanded();
    return false;
  }
  await endProcess(state.supervisor, 60_000);
  // What a dead supervisor left behind.
  await endWorkers(state.workers, 30_000);
  if (state.server !== null) await endProcess(state.server, 10_000);
  writeEngine({ ...state, workers: [], problem: null, server: state.server && { ...state.server, ready: false } });
  forgetHanded();
  return true;
}
