import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { processId } from '../process/identity.ts';
import { engineLog, type WorkerState } from './state.ts';

/** The worker of each workspace that this supervisor started itself. */
const children = new Map<string, ChildProcess>();

/**
 * How a dead worker ended, in words; null where its exit has not been told yet (the system says that it is dead a moment
 * before). One that was adopted tells nobody.
 */
function endOf(workspaceId: string): string | null {
  const child = children.get(workspaceId);
  if (child === undefined || child.pid === undefined) return 'gone';
  if (child.signalCode !== null) return `killed by ${child.signalCode}`;
  return child.exitCode === null ? null : `exit code ${child.exitCode}`;
}

/**
 * Starts a workspace's worker, detached, with its log in a file; undefined where its folder is gone, or where the end of the
 * one before has not been told yet.
 */
export function startWorker(options: {
  readonly id: string;
  readonly root: string;
  readonly before: WorkerState | undefined;
  readonly command: readonly string[];
}): WorkerState | undefined {
  const { id, root, before, command } = options;
  const lastEnd = before === undefined ? null : endOf(id);
  if (!existsSync(root) || (before !== undefined && lastEnd === null)) return undefined;
  const [file = '', ...args] = command;
  const log = openSync(engineLog(`worker-${id}`), 'a');
  const child = spawn(file, args, { cwd: root, detached: true, stdio: ['ignore', log, log] });
  // Without a listener a failed start would end the supervisor; that there is no process is seen at the next look.
  child.once('error', () => undefined);
  closeSync(log);
  child.unref();
  children.set(id, child);
  const process = processId(child.pid ?? 0) ?? { pid: child.pid ?? 0, startTime: 'gone' };
  return { ...process, workspaceId: id, root, restarts: before === undefined ? 0 : before.restarts + 1, lastEnd };
}
