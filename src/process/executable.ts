import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { TypedError } from '../domain/failure.ts';

/**
 * The file that a command's first word names: a path from `cwd`, or a name looked for in PATH. Throws TypedError
 * `BadRequest` where there is none that can be run. Looked up before the start, since a shell's 127 may also come from the
 * program itself.
 */
export async function findExecutable(name: string, cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const isPath = name.includes('/');
  const candidates = isPath ? [resolve(cwd, name)] : pathFolders(env).map((folder) => join(resolve(cwd, folder), name));
  let found: string | null = null;
  for (const file of candidates) {
    if (!(await isFile(file))) continue;
    found ??= file;
    if (await isExecutable(file)) return file;
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

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
