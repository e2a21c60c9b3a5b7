/** The engine's state on disk: `engine.json`, written by the supervisor, and a file for each workspace that wants a worker. */
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { stateFolder } from './paths.ts';
import { isAlive, self, type ProcessId } from '../process/identity.ts';

const processSchema = z.object({ pid: z.number(), startTime: z.string() });

const serverSchema = processSchema.extend({
  /** The binary, and the version of the server in it. */
  path: z.string(),
  version: z.string(),
  /** `127.0.0.1:7233`. */
  address: z.string(),
  uiAddress: z.string(),
  database: z.string(),
  /** Whether namespace, retention and search attributes are set up. */
  ready: z.boolean(),
});

const workerSchema = processSchema.extend({
  workspaceId: z.string(),
  root: z.string(),
  restarts: z.number(),
  /** How its predecessor ended; null for the first. */
  lastEnd: z.string().nullable(),
  /** A second process that is made and warm, and takes over when this one is gone; null where there is none. */
  spare: processSchema.nullable().default(null),
});

const engineSchema = z.object({
  version: z.literal(1),
  supervisor: processSchema,
  server: serverSchema.nullable(),
  workers: z.array(workerSchema),
  /** What keeps it from running; null when all is well. */
  problem: z.string().nullable(),
});

export type ServerState = z.infer<typeof serverSchema>;
export type WorkerState = z.infer<typeof workerSchema>;
export type EngineState = z.infer<typeof engineSchema>;

const engineFile = (): string => join(stateFolder(), 'engine.json');
const workspacesFolder = (): string => join(stateFolder(), 'workspaces');

/** Path of a log of the engine: `server`, `supervisor`, `worker-<id>`. */
export function engineLog(name: string): string {
  mkdirSync(join(stateFolder(), 'logs'), { recursive: true });
  return join(stateFolder(), 'logs', `${name}.log`);
}

/** The state; null where there is none. A file that cannot be read is moved aside, with a word to the user. */
export function readEngine(onWarning: (message: string) => void = () => undefined): EngineState | null {
  const file = engineFile();
  if (!existsSync(file)) return null;
  try {
    return engineSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    moveAside(file, onWarning);
    return null;
  }
}

function moveAside(file: string, onWarning: (message: string) => void): void {
  const aside = `${file}.corrupt-${Date.now()}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    // Another command has moved it a moment before, and tells of it.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  onWarning(`The engine's state file could not be read; it was moved to ${aside}, and a new one is made.`);
}

/** Whether the state file is there; a command moves one aside that it cannot read. */
export const hasEngineFile = (): boolean => existsSync(engineFile());

export function writeEngine(state: EngineState): void {
  mkdirSync(stateFolder(), { recursive: true });
  writeFileAtomic.sync(engineFile(), `${JSON.stringify(state, null, 2)}\n`);
}

const serverFile = (): string => join(stateFolder(), 'server.json');

/** Notes a server that was just started, apart from `engine.json`: with that lost, a second one would start on its database. */
export function noteServer(server: ServerState): void {
  writeFileAtomic.sync(serverFile(), JSON.stringify(server));
}

/** The server that was started last; null where none was. */
export function lastServer(): ServerState | null {
  const server = serverSchema.safeParse(readJson(serverFile()));
  return server.success ? server.data : null;
}

/** Which server was started last at an address, and when (ms); null where none was. */
export function serverStart(address: string): { readonly process: string; readonly at: number } | null {
  const server = lastServer();
  if (server === null || server.address !== address) return null;
  const stat = statSync(serverFile(), { throwIfNoEntry: false });
  return { process: `${server.pid} ${server.startTime}`, at: stat?.mtimeMs ?? 0 };
}

const wantedSchema = z.object({ id: z.string(), root: z.string(), at: z.number() });

/** A workspace that wants a worker. */
export type WantedWorkspace = z.infer<typeof wantedSchema>;

/** Asks the supervisor for a worker. */
export function wantWorker(workspace: { readonly id: string; readonly root: string }): void {
  mkdirSync(workspacesFolder(), { recursive: true });
  writeFileAtomic.sync(
    wantedFile(workspace.id),
    JSON.stringify({ id: workspace.id, root: workspace.root, at: Date.now() }),
  );
}

const wantedFile = (id: string): string => join(workspacesFolder(), `${id}.json`);

export function unwantWorker(id: string): void {
  rmSync(wantedFile(id), { force: true });
}

/** Gives a wish back unless it was repeated since a time (ms); whether it was given back. A command may repeat it at any moment. */
export function unwantUnlessSince(id: string, since: number): boolean {
  const aside = join(workspacesFolder(), `${id}.unwanted`);
  try {
    renameSync(wantedFile(id), aside);
  } catch {
    return false;
  }
  const wish = wantedSchema.safeParse(readJson(aside));
  if (wish.success && wish.data.at > since && !existsSync(wantedFile(id))) {
    renameSync(aside, wantedFile(id));
    return false;
  }
  rmSync(aside, { force: true });
  return !existsSync(wantedFile(id));
}

/** Whether a workspace wants a worker. */
export const isWanted = (id: string): boolean => existsSync(wantedFile(id));

/** Lets the wish for a worker follow a workspace to its new root; one that nobody has is not made. */
export function moveWanted(id: string, root: string): void {
  const wish = wantedSchema.safeParse(readJson(wantedFile(id)));
  if (wish.success) writeFileAtomic.sync(wantedFile(id), JSON.stringify({ ...wish.data, root }));
}

export function wantedWorkers(): WantedWorkspace[] {
  const folder = workspacesFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^[0-9a-z]+\.json$/.test(name))
    .flatMap((name) => {
      const parsed = wantedSchema.safeParse(readJson(join(folder, name)));
      return parsed.success ? [parsed.data] : [];
    });
}

const readySchema = processSchema.extend({
  address: z.string(),
  /** Since when, ms; 0 where an older version did not say. */
  at: z.number().default(0),
});

/** What a worker process is: the one that polls, or the warm one that takes over from it. */
export type WorkerRole = 'worker' | 'spare';

const readyFile = (workspaceId: string, role: WorkerRole): string =>
  join(workspacesFolder(), `${workspaceId}.${role === 'worker' ? 'ready' : 'spare'}`);

/** Said by a worker that is about to poll, and by a spare that is warm. */
export function markWorkerReady(workspaceId: string, address: string, role: WorkerRole = 'worker'): void {
  mkdirSync(workspacesFolder(), { recursive: true });
  writeFileAtomic.sync(readyFile(workspaceId, role), JSON.stringify({ ...self(), address, at: Date.now() }));
}

/** The living worker of a workspace that polls at the address; null where there is none. */
export function readyWorker(workspaceId: string, address: string): ProcessId | null {
  const ready = readReady(workspaceId, 'worker');
  return ready !== null && ready.address === address && isAlive(ready) ? ready : null;
}

/** All living processes of workers that said they are ready, whatever the engine's state says. */
export function readyProcesses(role: WorkerRole): (ProcessId & { readonly workspaceId: string })[] {
  const names = existsSync(workspacesFolder()) ? readdirSync(workspacesFolder()) : [];
  return names.flatMap((name) => {
    const workspaceId = /^([0-9a-z]+)\.(?:ready|spare)$/.exec(name)?.[1];
    if (workspaceId === undefined || name !== basename(readyFile(workspaceId, role))) return [];
    const ready = readReady(workspaceId, role);
    return ready !== null && isAlive(ready) ? [{ pid: ready.pid, startTime: ready.startTime, workspaceId }] : [];
  });
}

/** What this very process said: where it polls or will poll, and since when (ms); null where it has not said so yet. */
export function saidReady(
  workspaceId: string,
  id: ProcessId,
  role: WorkerRole,
): { readonly address: string; readonly at: number } | null {
  const ready = readReady(workspaceId, role);
  return ready !== null && ready.pid === id.pid && ready.startTime === id.startTime ? ready : null;
}

function readReady(workspaceId: string, role: WorkerRole): z.infer<typeof readySchema> | null {
  const ready = readySchema.safeParse(readJson(readyFile(workspaceId, role)));
  return ready.success ? ready.data : null;
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
