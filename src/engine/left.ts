/** What of the engine runs although `engine.json` is lost: told by what each process left of itself. */
import { setTimeout as sleep } from 'node:timers/promises';
import { lockHolder } from '../process/lock.ts';
import { supervisorLock } from './paths.ts';
import { lastServer, readEngine, readyProcesses, readyWorker, wantedWorkers, type EngineState } from './state.ts';

/** How long a living supervisor may take to write its state anew, ms. */
const REWRITTEN_MS = 1000;

/** A process that is none: no system gives the pid 0. */
const NOBODY = { pid: 0, startTime: 'none' };

/** Supervisor, server and workers that live, from the supervisor's lock, the server's file and the workers' own. */
export function engineLeft(): EngineState {
  const roots = new Map(wantedWorkers().map(({ id, root }) => [id, root]));
  const server = lastServer();
  // One that polls elsewhere was started by hand, for a cluster: it is no part of the engine, and `down` must not end it.
  const own = readyProcesses('worker').filter(
    ({ workspaceId }) => server !== null && readyWorker(workspaceId, server.address) !== null,
  );
  const spares = readyProcesses('spare');
  const workers = own.map((worker) => {
    const { workspaceId } = worker;
    const spare = spares.find((other) => other.workspaceId === workspaceId) ?? null;
    return { ...worker, root: roots.get(workspaceId) ?? '', restarts: 0, lastEnd: null, spare };
  });
  return {
    version: 1,
    supervisor: lockHolder(supervisorLock()) ?? NOBODY,
    server,
    workers,
    problem: null,
  };
}

/** The state; where it is lost, the one that a living supervisor writes anew a moment later; null where there is none. */
export async function engineState(onWarning?: (message: string) => void): Promise<EngineState | null> {
  const state = readEngine(onWarning);
  if (state !== null) return state;
  for (const deadline = Date.now() + REWRITTEN_MS; lockHolder(supervisorLock()) !== null && Date.now() < deadline;) {
    await sleep(30);
    const again = readEngine();
    if (again !== null) return again;
  }
  return null;
}
