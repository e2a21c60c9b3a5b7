import { isNewer, knownDatabase } from './database.ts';
import { findServer, type LocatedServer } from './locate.ts';
import { answers } from './ports.ts';
import { isAlive } from '../process/identity.ts';
import { isConfigured } from './configured.ts';
import { engineState } from './left.ts';
import { engineMemory, memoryText } from './memory.ts';
import type { EngineState, WorkerState } from './state.ts';

/** What doctor says of the engine. */
export interface EngineCheck {
  readonly name: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** Looks at the server binary and the running engine; starts nothing. */
export async function engineChecks(env: NodeJS.ProcessEnv): Promise<EngineCheck[]> {
  if (isConfigured(env)) return [await configured(env)];
  const found = await findServer(env);
  const binary =
    found === null
      ? { ok: true, detail: 'none yet: the first start downloads or builds it' }
      : { ok: true, detail: `${found.path} (server ${found.serverVersion}, ${found.source})` };
  const warnings: EngineCheck[] = [];
  const state = await engineState((detail) => warnings.push({ name: 'engine state', ok: true, detail }));
  return [{ name: 'temporal', ...binary }, ...databaseChecks(found), ...warnings, ...(await stateChecks(state))];
}

/** Which server serves the database, where that is not the one that is found. */
function databaseChecks(found: LocatedServer | null): EngineCheck[] {
  const known = knownDatabase();
  if (known === null || found === null || !isNewer(found, known.version)) return [];
  const detail =
    `${known.file} is served by the server that made it, ${known.version} (${known.path}); ` +
    `server ${found.serverVersion} takes over, with a database of its own, once the engine has ended with no task open`;
  return [{ name: 'database', ok: true, detail }];
}

async function configured(env: NodeJS.ProcessEnv): Promise<EngineCheck> {
  const address = env.TEMPORAL_ADDRESS;
  const ok = address === undefined || (await answers(address, 2000));
  const where = address ?? `profile ${env.TEMPORAL_PROFILE ?? 'default'}`;
  return {
    name: 'temporal',
    ok,
    detail: `configured: ${where}${ok ? '' : ', where nobody answers'}; no engine is started`,
  };
}

async function stateChecks(state: EngineState | null): Promise<EngineCheck[]> {
  if (state === null || !isAlive(state.supervisor))
    return [{ name: 'engine', ok: true, detail: 'down; commands that need it start it' }];
  const { server, problem } = state;
  const serverUp = server !== null && isAlive(server) && (await answers(server.address));
  const detail = serverUp
    ? `up at ${server.address}, Web UI http://${server.uiAddress}`
    : `the server is down${problem === null ? '' : `: ${problem}`}`;
  const workers = state.workers.map((worker) => ({ name: 'worker', ok: isAlive(worker), detail: workerText(worker) }));
  const memory = { name: 'engine.memory', ok: true, detail: memoryText(engineMemory(state)) };
  return [{ name: 'engine', ok: serverUp, detail }, memory, ...workers];
}

function workerText({ root, pid, restarts, lastEnd, spare }: WorkerState): string {
  const ends = lastEnd === null ? '' : `, last: ${lastEnd}`;
  const warm = spare !== null && isAlive(spare) ? `, spare ${spare.pid}` : '';
  return `${root} (process ${pid}, ${restarts} restarts${ends}${warm})`;
}
