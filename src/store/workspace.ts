import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { withLock } from '../process/lock.ts';
import { writeAtomic } from './atomic.ts';

/** Name of the settings file, which also marks a workspace. */
export const SETTINGS_FILE = 'batch-manager.yaml';

/** The folders of a workspace. */
export interface Workspace {
  readonly root: string;
  /** Records and logs, for people. */
  readonly tasks: string;
  /** Our own state: caches, limits, backups. */
  readonly state: string;
}

/** The workspace of a folder: the nearest one above with a settings file, else the repository's top, else the folder itself. */
export function findWorkspace(from: string): Workspace {
  const start = realpathSync(resolve(from));
  const root = nearest(start, SETTINGS_FILE) ?? nearest(start, '.git') ?? start;
  return workspaceAt(root);
}

/** The folders of the workspace with this root. */
export function workspaceAt(root: string): Workspace {
  return { root, tasks: join(root, 'tasks'), state: join(root, '.batch-manager') };
}

function nearest(from: string, name: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, name))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

const identitySchema = z.object({ id: z.string().regex(/^[0-9a-z]{12}$/), host: z.string(), root: z.string() });

/**
 * The workspace's id, made at its first use. It names the task queue and the modules' locks, so a copied folder, told by
 * host and path, gets an id of its own. Under a lock: two shells that both made one would start two workers.
 */
export async function workspaceId(workspace: Workspace): Promise<string> {
  const known = knownWorkspaceId(workspace);
  if (known !== undefined) return known;
  const options = { waitMs: 10_000, what: 'another command that sets up this workspace' };
  return withLock(join(workspace.state, 'workspace.lock'), () => makeId(workspace), options);
}

async function makeId(workspace: Workspace): Promise<string> {
  const known = knownWorkspaceId(workspace);
  if (known !== undefined) return known;
  const identity = { id: randomBytes(6).toString('hex'), ...here(workspace) };
  await writeAtomic(join(workspace.state, '.gitignore'), '*\n');
  await writeAtomic(join(workspace.state, 'workspace.json'), JSON.stringify(identity));
  return identity.id;
}

const here = (workspace: Workspace): { host: string; root: string } => ({ host: hostname(), root: workspace.root });

/** The workspace's id; undefined where it has none yet, or only that of the folder it was copied from. */
export function knownWorkspaceId(workspace: Workspace): string | undefined {
  try {
    const text = readFileSync(join(workspace.state, 'workspace.json'), 'utf8');
    const { id, host, root } = identitySchema.parse(JSON.parse(text));
    return host === hostname() && root === workspace.root ? id : undefined;
  } catch {
    return undefined;
  }
}
