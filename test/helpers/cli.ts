import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { TEMPORAL_BINARY } from './temporal.ts';
import { until } from './until.ts';

/** The compiled command line, as a user runs it. */
export const MAIN = join(PACKAGE_ROOT, 'dist/src/main.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home of its own for a test: engine, cache and credentials lie in it, and no process survives it. */
export interface Home {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  /** Runs a command in a folder to its end. */
  run(cwd: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<CliResult>;
  /** Starts a command and leaves it running. */
  start(cwd: string, args: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess;
  /** Ends the engine and what a test left behind; gives the command lines of processes that survived `down`. */
  close(): Promise<readonly string[]>;
}

/** The mark by which all processes of a home are found, whatever became of their parents. */
const MARK = 'BATCH_MANAGER_TEST_HOME';

export function createHome(extra: NodeJS.ProcessEnv = {}): Home {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'batch-manager-home-')));
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    BATCH_MANAGER_TEMPORAL: TEMPORAL_BINARY,
    BATCH_MANAGER_NO_DOWNLOAD: '1',
    BATCH_MANAGER_OFFLINE_LATENCY_MS: '0',
    [MARK]: folder,
    ...extra,
  };
  const start: Home['start'] = (cwd, args, more = {}) =>
    spawn(process.execPath, [MAIN, ...args], { cwd, env: { ...env, ...more }, stdio: ['ignore', 'pipe', 'pipe'] });
  const run: Home['run'] = (cwd, args, more) => finished(start(cwd, args, more));
  return {
    folder,
    env,
    run,
    start,
    async close() {
      await run(folder, ['down', '--now']);
      await until(() => marked(folder).length === 0, 5000).catch(() => undefined);
      const survivors = marked(folder);
      for (const { pid } of survivors) process.kill(pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      return survivors.map(({ command }) => command);
    },
  };
}

/** Collects a process's output until it ends. */
export async function finished(child: ChildProcess): Promise<CliResult> {
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  return { code, stdout, stderr };
}

/** Living processes of a home (Linux only: elsewhere the check finds none). */
export function marked(folder: string): { pid: number; command: string }[] {
  return pids().flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`${MARK}=${folder}`)) return [];
      return [{ pid, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() }];
    } catch {
      return [];
    }
  });
}

function pids(): number[] {
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && pid !== process.pid);
  } catch {
    return [];
  }
}
