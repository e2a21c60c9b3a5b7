import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { TypedError } from '../domain/failure.ts';

/**
 * The file that a command's first word names: a path from `cwd`, or a name looked for in PATH. Throws TypedError
 * `BadRequest` where there is none that can be run. Looked up before the start, since a shell's 127 may also come from the
 * program itself.
 */
export function findExecutable(name: string, cwd: string, env: NodeJS.ProcessEnv): string {
  const isPath = name.includes('/');
  const candidates = isPath ? [resolve(cwd, name)] : pathFolders(env).map((folder) => join(resolve(cwd, folder), name));
  let found: string | null = null;
  for (const file of candidates) {
    if (!isFile(file)) continue;
    found ??= file;
    if (isExecutable(file)) return file;
  }
  if (found !== null)
    throw new TypedError('BadRequest', `cannot run '${name}': ${found} is not executable (try: chmod +x)`);
  throw new TypedError(
    'BadRequest',
    `cannot run '${name}': ${isPath ? `there is no ${candidates[0]}` : 'not found in PATH'}`,
  );
}

function pathFolders(env: NodeJS.ProcessEnv): readonly string[] {
  return (env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin').split(delimiter);
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
