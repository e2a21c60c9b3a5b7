import { Client, Connection } from '@temporalio/client';
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EngineState } from '../../src/engine/state.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { createHome, finished, marked, type CliResult, type Home } from '../helpers/cli.ts';
import { engineState } from '../helpers/engine-state.ts';

/** The compiled module of the engine, for programs of their own. */
const engine = (name: string): string =>
  JSON.stringify(pathToFileURL(join(PACKAGE_ROOT, `dist/src/engine/${name}.js`)).href);

/** A worker that does nothing but say that it is ready: the engine is tested here, not what runs on it. */
const WORKER = `
  import { markWorkerReady } from ${engine('state')};
  const [id, address] = process.argv.slice(2);
  markWorkerReady(id, address);
  setInterval(() => {}, 1000);`;

const SUPERVISE = `
  import { basename } from 'node:path';
  import { runSupervisor } from ${engine('supervisor')};
  const [worker, idleMinutes, workerGraceMs] = process.argv.slice(2);
  const workerCommand = (root, address) => [process.execPath, worker, basename(root), address];
  await runSupervisor({
    workerCommand,
    idleMinutes: Number(idleMinutes),
    ...(workerGraceMs && { workerGraceMs: Number(workerGraceMs) }),
  });`;

/** Brings the engine up for a workspace and prints where it is, or the error, as the command line does. */
const ENSURE = `
  import { basename } from 'node:path';
  import { ensureEngine } from ${engine('ensure')};
  const [root, ...supervisorCommand] = process.argv.slice(2);
  const onProgress = (message) => console.error(message);
  try {
    const workspace = { id: basename(root), root };
    console.log(JSON.stringify(await ensureEngine({ onProgress, workspace, supervisorCommand })));
  } catch (error) {
    console.error(error.kind, error.message);
    process.exitCode = 4;
  }`;

const STOP = `
  import { stopEngine } from ${engine('ensure')};
  console.log(await stopEngine());`;

/** An engine in a home of its own, with a supervisor and workers of this harness. */
export interface TestEngine {
  readonly home: Home;
  readonly stateFolder: string;
  /** Brings it up for a workspace, in a process of its own; its answer, or the exit code 4 and why not. */
  ensure(workspace?: string): Promise<CliResult>;
  /** Ends it, in a process of its own; prints whether anything ran. */
  stop(): Promise<CliResult>;
  state(): EngineState;
  /** Pids of its living processes. */
  pids(kind: 'supervise' | 'start-dev' | 'worker.mjs'): number[];
}

/**
 * @param idleMinutes after which it ends itself; 0: never.
 * @param workerGraceMs how long a workspace without open tasks keeps its worker; the supervisor's own where it is left out.
 */
export function createEngine(idleMinutes = 0, workerGraceMs?: number): TestEngine {
  const home = createHome();
  const write = (name: string, text: string): string => {
    const file = join(home.folder, name);
    writeFileSync(file, text);
    return file;
  };
  const [worker, ensure, stop] = [write('worker.mjs', WORKER), write('ensure.mjs', ENSURE), write('stop.mjs', STOP)];
  const supervisor = [process.execPath, write('supervise.mjs', SUPERVISE), worker, String(idleMinutes)];
  if (workerGraceMs !== undefined) supervisor.push(String(workerGraceMs));
  const stateFolder = join(home.folder, 'state', 'batch-manager');
  const run = (args: readonly string[]): Promise<CliResult> =>
    finished(spawn(process.execPath, args, { cwd: home.folder, env: home.env, stdio: ['ignore', 'pipe', 'pipe'] }));
  return {
    home,
    stateFolder,
    ensure(workspace = 'aa') {
      const root = join(home.folder, workspace);
      mkdirSync(root, { recursive: true });
      return run([ensure, root, ...supervisor]);
    },
    stop: () => run([stop]),
    state: () => engineState(home),
    pids: (kind) => processesOf(home, kind),
  };
}

/** A supervisor's command line names the worker's file too. */
function processesOf(home: Home, kind: 'supervise' | 'start-dev' | 'worker.mjs'): number[] {
  const isSupervisor = (command: string): boolean => / \S*supervise\.mjs /.test(command);
  return marked(home.folder)
    .filter(({ command }) => !command.includes('ensure.mjs'))
    .filter(({ command }) =>
      kind === 'supervise' ? isSupervisor(command) : command.includes(kind) && !isSupervisor(command),
    )
    .map(({ pid }) => pid);
}

/** Where an engine is, as `ensureEngine` tells. */
export interface Address {
  readonly address: string;
  readonly uiAddress: string;
}

/** Brings an engine up, or fails with what it said. */
export async function up(engine: TestEngine, workspace?: string): Promise<Address> {
  const { code, stdout, stderr } = await engine.ensure(workspace);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Address;
}

/** A client of a server for one purpose. */
export async function withClient<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}
