import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { serverEnvironment } from './environment.ts';
import { serverVersion } from './version.ts';

/** Asks a binary for its server version; null where it does not run or is something else. */
export async function versionOf(path: string): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], {
      timeout: 20_000,
      env: serverEnvironment(),
    });
    return serverVersion(stdout);
  } catch {
    return null;
  }
}

/** The first executable file of this name on PATH. */
export function searchPath(name: string, path: string): string | null {
  for (const folder of path.split(delimiter).filter((entry) => entry !== '')) {
    try {
      const file = join(folder, name);
      accessSync(file, constants.X_OK);
      // A folder may be entered, which access calls executable.
      if (statSync(file).isFile()) return file;
    } catch {
      continue;
    }
  }
  return null;
}
