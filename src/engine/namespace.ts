import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The entry beside this file, in a process of its own: the Temporal client costs 40 MB that the supervisor need not hold. */
const ENTRY = join(dirname(fileURLToPath(import.meta.url)), 'namespace-entry.js');

const run = (verb: string, address: string): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [ENTRY, verb, address], { timeout: 45_000 });

/** Waits for the server and sets up its namespace; null when done, else why not. */
export async function setUpNamespace(address: string): Promise<string | null> {
  try {
    await run('setup', address);
    return null;
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string };
    return (/^.*Error: (.*)$/m.exec(stderr)?.[1] ?? message).slice(0, 500);
  }
}

/** Number of open workflows; null where the server does not say. */
export async function countOpen(address: string): Promise<number | null> {
  try {
    return Number((await run('count', address)).stdout);
  } catch {
    return null;
  }
}
