import { spawn } from 'node:child_process';
import { existsSync, openSync } from 'node:fs';
import { processId } from '../process/identity.ts';
import { engineLog, type WorkerState } from './state.ts';

/** How the last worker of each workspace ended, as its own process told; an adopted one tells nobody. */
const ends = new Map<string, string>();

/** Starts a workspace's worker, detached, with its log in a file; undefined where its folder is gone. */
export function startWorker(options: {
  readonly id: string;
  readonly root: string;
  readonly before: WorkerState | undefined;
  readonly command: readonly string[];
}): WorkerState | undefined {
  const { id, root, before, command } = options;
  if (!existsSync(root)) return undefined;
  const [file = '', ...args] = command;
  const log = openSync(engineLog(`worker-${id}`), 'a');
  const child = spawn(file, args, { cwd: root, detached: true, stdio: ['ignore', log, log] });
  child.once('error', (error) => ends.set(id, error.message));
  child.once('exit', (code, signal) =>
    ends.set(id, signal === null ? `exit code ${code ?? '?'}` : `killed by ${signal}`),
  );
  child.unref();
  const process = processId(child.pid ?? 0) ?? { pid: child.pid ?? 0, startTime: 'gone' };
  const restarts = before === undefined ? 0 : before.restarts + 1;
  return {
    ...process,
    workspaceId: id,
    root,
    restarts,
    lastEnd: before === undefined ? null : (ends.get(id) ?? 'gone'),
  };
}
