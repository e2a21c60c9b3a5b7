import { isAlive } from '../process/identity.ts';
import { engineLog, readEngine, saidReady } from './state.ts';

/** A worker that was started so often, and has not lived this long (ms) since, keeps dying. */
const MANY_RESTARTS = 3;
const SETTLED_MS = 30_000;

/** Why open tasks of a workspace do not get on although the engine runs, in words for people; null where all is well. */
export function engineTrouble(workspaceId: string): string | null {
  const state = readEngine();
  if (state === null || !isAlive(state.supervisor)) return null;
  if (state.problem !== null) return `The engine has trouble: ${state.problem}\nIts log: ${engineLog('server')}`;
  const worker = state.workers.find((other) => other.workspaceId === workspaceId);
  if (worker === undefined) return null;
  const { restarts, lastEnd } = worker;
  const since = saidReady(workspaceId, worker, 'worker')?.at;
  const settled = isAlive(worker) && (restarts < MANY_RESTARTS || Date.now() - (since ?? Date.now()) > SETTLED_MS);
  if (settled) return null;
  const ends = `${restarts} restarts${lastEnd === null ? '' : `, last: ${lastEnd}`}`;
  const what = isAlive(worker) ? 'keeps dying' : 'is not running, and is started again';
  return `The worker of this workspace ${what} (${ends}).\nIts log: ${engineLog(`worker-${workspaceId}`)}`;
}
