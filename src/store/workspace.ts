import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { writeState } from './atomic.ts';

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

const placeSchema = z.object({
  host: z.string(),
  /** The real path of the root. */
  root: z.string(),
  /** Inode and time of birth (ns) of the root's folder: a new folder may get the inode of one that was removed. */
  inode: z.string(),
  born: z.string(),
});

/** Where a workspace is: its path, and which folder that is. Device numbers change with a remount, so they do not count. */
export type Place = z.infer<typeof placeSchema>;

const identitySchema = placeSchema.extend({ id: z.string().regex(/^[0-9a-z]{12}$/) });

/** A workspace's id with the place that it was last known at. */
export type WorkspaceIdentity = z.infer<typeof identitySchema>;

/** Where a root is now; null where there is no such folder. */
export function placeOf(root: string): Place | null {
  const stat = statSync(root, { bigint: true, throwIfNoEntry: false });
  if (stat?.isDirectory() !== true) return null;
  return { host: hostname(), root, inode: String(stat.ino), born: String(stat.birthtimeNs) };
}

/** Whether two places are the same folder, whatever its path. Some file systems do not know when a folder was made: 0. */
export function sameFolder(a: Place, b: Place): boolean {
  return a.inode === b.inode && (a.born === b.born || a.born === '0' || b.born === '0');
}

/** The path of the file that says which workspace a folder is. */
export const identityFile = (root: string): string => join(workspaceAt(root).state, 'workspace.json');

/** What the folder says of itself; null where it says nothing that can be read. */
export function readIdentity(root: string): WorkspaceIdentity | null {
  try {
    return identitySchema.parse(JSON.parse(readFileSync(identityFile(root), 'utf8')));
  } catch {
    return null;
  }
}

/** Writes what the folder says of itself. */
export async function writeIdentity(identity: WorkspaceIdentity): Promise<void> {
  await writeState(join(workspaceAt(identity.root).state, '.gitignore'), '*\n');
  await writeState(identityFile(identity.root), JSON.stringify(identity));
}
