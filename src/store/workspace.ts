import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { link, mkdir, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { readJson, writeAtomic } from './atomic.ts';

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
 * host and path, gets an id of its own.
 */
export async function workspaceId(workspace: Workspace): Promise<string> {
  const file = join(workspace.state, 'workspace.json');
  const here = { host: hostname(), root: workspace.root };
  const known = identitySchema.safeParse(await readJson(file));
  if (known.success && known.data.host === here.host && known.data.root === here.root) return known.data.id;
  const identity = { id: randomBytes(8).toString('hex').slice(0, 12), ...here };
  await mkdir(workspace.state, { recursive: true });
  await writeFile(join(workspace.state, '.gitignore'), '*\n');
  if (existsSync(file)) await writeAtomic(file, JSON.stringify(identity));
  else if (!(await createOnly(file, JSON.stringify(identity)))) return workspaceId(workspace);
  return identity.id;
}

/** Creates a file whole or not at all; false where another process was first. */
async function createOnly(file: string, text: string): Promise<boolean> {
  const temporary = `${file}.${randomBytes(4).toString('hex')}`;
  await writeFile(temporary, text);
  try {
    await link(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary);
  }
}

/** The workspace's id if it has one already; for commands that only look. */
export function knownWorkspaceId(workspace: Workspace): string | undefined {
  try {
    const identity = identitySchema.parse(JSON.parse(readFileSync(join(workspace.state, 'workspace.json'), 'utf8')));
    return identity.root === workspace.root ? identity.id : undefined;
  } catch {
    return undefined;
  }
}
