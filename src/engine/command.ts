import { join } from 'node:path';
import { PACKAGE_ROOT } from '../version.ts';
import type { WorkerRole } from './state.ts';

/** The compiled command line: what background processes are started with. */
const MAIN = join(PACKAGE_ROOT, 'dist', 'src', 'main.js');

/** The command of the supervisor process. */
export function supervisorCommand(): string[] {
  return [process.execPath, MAIN, 'supervise'];
}

/** The command of a workspace's worker or its spare; it runs with the workspace's root as its folder. */
export function workerCommand(root: string, address: string, role: WorkerRole, id: string): string[] {
  const command = [process.execPath, MAIN, 'worker', '--workspace', root, '--id', id, '--address', address];
  return role === 'spare' ? [...command, '--spare'] : command;
}
