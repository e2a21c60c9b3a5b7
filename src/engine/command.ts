import { join } from 'node:path';
import { PACKAGE_ROOT } from '../version.ts';

/** The compiled command line: what background processes are started with. */
const MAIN = join(PACKAGE_ROOT, 'dist', 'src', 'main.js');

/** The command of the supervisor process. */
export function supervisorCommand(): string[] {
  return [process.execPath, MAIN, 'supervise'];
}

/** The command of a workspace's worker; it runs with the workspace's root as its folder. */
export function workerCommand(workspaceRoot: string, address: string): string[] {
  return [process.execPath, MAIN, 'worker', '--workspace', workspaceRoot, '--address', address];
}
