import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where built or downloaded servers lie. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'batch-manager');
}

/** Where the engine's state, database and logs lie; shared by all workspaces of the user. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(env.XDG_STATE_HOME || join(homedir(), '.local', 'state'), 'batch-manager');
}

/** Path of the lock that the supervisor holds for its life. */
export const supervisorLock = (): string => join(stateFolder(), 'supervisor.lock');
