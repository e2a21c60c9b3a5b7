import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { isAlive, type ProcessId } from '../process/identity.ts';

/** The entry beside this file, in a process of its own: the Temporal client costs 40 MB that the supervisor need not hold. */
const ENTRY = join(dirname(fileURLToPath(import.meta.url)), 'namespace-entry.js');

const run = (args: readonly string[], signal?: AbortSignal): Promise<{ stdout: string }> =>
  promisify(execFile)(process.execPath, [ENTRY, ...args], { timeout: 45_000, ...(signal && { signal }) });

/** How often it is looked whether there is still a server to wait for, ms. */
const LOOK_EVERY_MS = 100;

/**
 * Waits for the server and sets up its namespace; null when done, else why not. A server that dies meanwhile (another program
 * took its port) is not waited for, and neither is one when the engine is to end.
 */
export async function setUpNamespace(
  server: ProcessId & { readonly address: string },
  ending: AbortSignal,
): Promise<string | null> {
  const over = new AbortController();
  const look = setInterval(() => {
    if (ending.aborted || !isAlive(server)) over.abort();
  }, LOOK_EVERY_MS);
  try {
    await run(['setup', server.address], over.signal);
    // What answered may be another program's server on the same port.
    return isAlive(server) ? null : 'it ended at its start';
  } catch (error) {
    if (over.signal.aborted) return ending.aborted ? 'the engine is to end' : 'it ended at its start';
    const { stderr = '', message } = error as Error & { stderr?: string };
    return (/^.*Error: (.*)$/m.exec(stderr)?.[1] ?? message).slice(0, 500);
  } finally {
    clearInterval(look);
  }
}

/** Workflows that have not closed. */
export interface OpenWorkflows {
  readonly open: number;
  /** Those of them that are paused batches: they wait for a person, and need no engine until then. */
  readonly paused: number;
}

/** The open workflows in all, and of each workspace that was asked for, by its id. */
export interface OpenCounts extends OpenWorkflows {
  readonly workspaces: ReadonlyMap<string, OpenWorkflows>;
}

/** Counts the open workflows; null where the server does not say. */
export async function countOpen(address: string, workspaces: readonly string[] = []): Promise<OpenCounts | null> {
  try {
    const { stdout } = await run(['count', address, ...workspaces]);
    const [all = { open: 0, paused: 0 }, ...each] = stdout.trim().split('\n').map(parseCount);
    return { ...all, workspaces: new Map(each.map((count, index) => [workspaces[index] ?? '', count])) };
  } catch {
    return null;
  }
}

function parseCount(line: string): OpenWorkflows {
  const [open = 0, paused = 0] = line.split(' ').map(Number);
  return { open, paused };
}
