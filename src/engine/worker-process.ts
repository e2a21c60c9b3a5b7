import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { processId, type ProcessId } from '../process/identity.ts';
import { workerEnvironment } from './environment.ts';
import { engineLog } from './state.ts';

/** The worker processes that this supervisor started itself, by pid. */
const children = new Map<number, ChildProcess>();

/**
 * How a dead worker ended, in words; null where its exit has not been told yet (the system says that it is dead a moment
 * before). One that was adopted tells nobody.
 */
export function endOf({ pid }: ProcessId): string | null {
  const child = children.get(pid);
  if (child === undefined) return 'gone';
  if (child.signalCode !== null) return `killed by ${child.signalCode}`;
  return child.exitCode === null ? null : `exit code ${child.exitCode}`;
}

/** Starts a worker's process, detached, in the workspace's root and with its log in a file. */
export function startProcess(workspaceId: string, root: string, command: readonly string[]): ProcessId {
  const [file = '', ...args] = command;
  const log = openSync(engineLog(`worker-${workspaceId}`), 'a');
  const child = spawn(file, args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', log, log],
    env: workerEnvironment(),
  });
  // Without a listener a failed start would end the supervisor; that there is no process is seen at the next look.
  child.once('error', () => undefined);
  closeSync(log);
  child.unref();
  const { pid } = child;
  if (pid === undefined) return { pid: 0, startTime: 'gone' };
  children.set(pid, child);
  return processId(pid) ?? { pid, startTime: 'gone' };
}
