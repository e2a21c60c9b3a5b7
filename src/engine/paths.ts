import { homedir } from 'node:os';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { engineError } from '../domain/errors.ts';

/**
 * The user's home folder.
 * @throws UserError (engine) where HOME is relative, or unset for a user who has no entry in the system's list.
 */
export function homeFolder(env: NodeJS.ProcessEnv = process.env): string {
  const home = env.HOME || systemHome();
  if (home !== null && isAbsolute(home)) return home;
  const fault = env.HOME ? `HOME is "${env.HOME}", which is not an absolute path` : 'HOME is not set';
  throw engineError(
    `${fault}.\nSet HOME to your home folder, or both XDG_STATE_HOME and XDG_CACHE_HOME to folders that you may write.`,
  );
}

/** The home folder by the system's list of users; null where that has no entry, as in a container with a foreign user id. */
function systemHome(): string | null {
  try {
    return homedir();
  } catch {
    return null;
  }
}

/** A folder of the XDG rules, by which a path that is not absolute is ignored. */
const xdgFolder = (named: string | undefined, env: NodeJS.ProcessEnv, ...below: string[]): string =>
  named !== undefined && isAbsolute(named) ? named : join(homeFolder(env), ...below);

/** Where built or downloaded servers lie. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(xdgFolder(env.XDG_CACHE_HOME, env, '.cache'), 'batch-manager');
}

/** Where the engine's state, database and logs lie; shared by all workspaces of the user. */
export function stateFolder(env: NodeJS.ProcessEnv = process.env): string {
  return join(xdgFolder(env.XDG_STATE_HOME, env, '.local', 'state'), 'batch-manager');
}

/**
 * Makes the state folder and checks that it can be written: without it nothing of the engine comes up.
 * @throws UserError (engine) that names the folder and what to set.
 */
export function prepareStateFolder(env: NodeJS.ProcessEnv = process.env): void {
  const problem = unwritable(stateFolder(env));
  if (problem === null) return;
  throw engineError(
    `The engine keeps its state in ${stateFolder(env)}, which ${problem}.\n` +
      'Mend its owner or mode, or name another place: export XDG_STATE_HOME=/path/to/a/folder',
  );
}

/**
 * Why files cannot be made in a folder, as the end of a sentence; null where they can. A folder that is missing is made, or with
 * `make: false` the nearest one above it is looked at.
 */
export function unwritable(folder: string, { make } = { make: true }): string | null {
  try {
    if (make) mkdirSync(folder, { recursive: true });
    else if (!existsSync(folder)) return folder === dirname(folder) ? null : unwritable(dirname(folder), { make });
    accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return `cannot be written (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
  }
}

/** Path of the lock that the supervisor holds for its life. */
export const supervisorLock = (): string => join(stateFolder(), 'supervisor.lock');
