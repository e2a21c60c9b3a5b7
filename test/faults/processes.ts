import { lockHolder } from '../../src/process/lock.ts';
import { marked } from '../helpers/cli.ts';
import { until } from '../helpers/until.ts';

/** The processes of a home by what they do. */
export type Role = 'worker' | 'spare' | 'server' | 'supervisor' | 'cli';

export interface RunningProcess {
  readonly pid: number;
  readonly role: Role;
  readonly command: string;
}

/** Where to look: the home's folder marks the processes, the workspace's lock tells the worker from its spare. */
export interface Place {
  readonly home: { readonly folder: string };
  readonly folder: string;
}

/** All living processes of a home. A spare keeps its command line when it takes over: the holder of the lock is the worker. */
export function processesOf({ home, folder }: Place): RunningProcess[] {
  const worker = lockHolder(`${folder}/.batch-manager/worker.lock`)?.pid;
  return marked(home.folder).map(({ pid, command }) => ({ pid, command, role: roleOf(pid, command, worker) }));
}

function roleOf(pid: number, command: string, worker: number | undefined): Role {
  if (pid === worker) return 'worker';
  if (command.includes('main.js worker ')) return 'spare';
  if (command.includes('start-dev')) return 'server';
  // The short-lived helpers of the supervisor die or end with it.
  if (command.includes('main.js supervise') || command.includes('namespace-entry')) return 'supervisor';
  return 'cli';
}

/** Pids of a role. */
export function pidsOf(place: Place, ...roles: readonly Role[]): number[] {
  return processesOf(place)
    .filter(({ role }) => roles.includes(role))
    .map(({ pid }) => pid);
}

/** The worker of a workspace, not its spare; throws where there is none: a test that kills nobody proves nothing. */
export function workerOf(place: Place): number {
  const [pid] = pidsOf(place, 'worker');
  if (pid === undefined) throw new Error(`no worker serves ${place.folder}`);
  return pid;
}

/** Sends a signal to all processes of these roles, at one moment; gives their pids. */
export function signalAll(place: Place, signal: NodeJS.Signals, ...roles: readonly Role[]): number[] {
  const pids = pidsOf(place, ...roles);
  for (const pid of pids) signalOne(pid, signal);
  return pids;
}

/** kill -9 of all processes of these roles. */
export const killAll = (place: Place, ...roles: readonly Role[]): number[] => signalAll(place, 'SIGKILL', ...roles);

/** A process that has just ended by itself needs no signal. */
export function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until a worker has said that it polls, and a spare that it is warm. */
export const warm = (place: Place): Promise<void> =>
  until(() => pidsOf(place, 'worker').length === 1 && pidsOf(place, 'spare').length === 1, 60_000);
