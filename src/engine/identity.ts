/**
 * Which workspace a folder is. Its id names the task queue and the locks of modules, so two folders must never share one, and a
 * folder must not lose its own while tasks are open. Rules, by the id that the folder's file says and what the registry knows:
 * 1. The file is gone, the root is known: the same id comes back.
 * 2. The id is known at another root which still is that workspace: this folder is a copy, and gets an id of its own.
 * 3. The id is known at a root that is gone: the folder was moved, and the registry follows.
 * 4. The same folder under another path (renamed, or mounted twice) is the same workspace, whatever the paths say.
 */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../process/lock.ts';
import { closeCopied } from '../store/copied.ts';
import {
  placeOf,
  readIdentity,
  sameFolder,
  SETTINGS_FILE,
  workspaceAt,
  writeIdentity,
  type Place,
  type Workspace,
  type WorkspaceIdentity,
} from '../store/workspace.ts';
import { allRegistered, register, registered, registryLock, type RegisteredWorkspace } from './registry.ts';

/** The workspace's id, made at its first use. */
export async function workspaceId(workspace: Workspace): Promise<string> {
  const here = placeNow(workspace);
  return settled(here) ?? (await underLock(() => settle(workspace, here)));
}

/**
 * The id of a workspace that has one; null for a folder that no command has used yet, in which nothing is made. Where the
 * state cannot be written, what the folder says of itself has to do.
 */
export async function knownWorkspaceId(workspace: Workspace): Promise<string | null> {
  const here = placeNow(workspace);
  const id = settled(here);
  if (id !== null) return id;
  const said = readIdentity(workspace.root)?.id ?? null;
  if (said === null && ownEntry(here, allRegistered()) === undefined) return null;
  try {
    return await underLock(() => settle(workspace, here));
  } catch {
    return said;
  }
}

const underLock = <T>(action: () => Promise<T>): Promise<T> =>
  withLock(registryLock(), action, { waitMs: 10_000, what: 'another command that looks up its workspace' });

function placeNow({ root }: Workspace): Place {
  const here = placeOf(root);
  if (here === null) throw new Error(`${root} is no folder any more`);
  return here;
}

/** The id where file and registry agree, as nearly always: no lock is needed then. */
function settled(here: Place): string | null {
  const said = readIdentity(here.root);
  const known = said === null ? null : registered(said.id);
  return said !== null && known?.root === here.root && sameFolder(known, here) ? said.id : null;
}

async function settle(workspace: Workspace, here: Place): Promise<string> {
  const known = allRegistered();
  const said = readIdentity(here.root);
  const own = ownEntry(here, known);
  const copied = said !== null && !isOf(said, known.find(({ id }) => id === said.id) ?? null, here);
  if (copied) await closeCopied(workspace, said.root);
  const id = (copied ? undefined : said?.id) ?? own?.id ?? randomBytes(6).toString('hex');
  const identity: WorkspaceIdentity = { id, ...here };
  // A second path to the same folder leaves the first one in force.
  const entry = known.find((one) => one.id === id) ?? null;
  if (entry === null || !isAlias(entry, here)) register(identity);
  if (said?.id !== id || !sameFolder(said, here)) await writeIdentity(identity);
  return id;
}

/** What is known of this root. After a move another workspace may have been here before: the same folder comes first. */
function ownEntry(here: Place, known: readonly RegisteredWorkspace[]): RegisteredWorkspace | undefined {
  return known
    .filter((entry) => entry.root === here.root && (entry.host === here.host || sameFolder(entry, here)))
    .sort((a, b) => Number(sameFolder(b, here)) - Number(sameFolder(a, here)) || b.at - a.at)[0];
}

/** Whether the folder here is the workspace that its file says, and no copy of it. */
function isOf(said: WorkspaceIdentity, entry: RegisteredWorkspace | null, here: Place): boolean {
  const last = entry ?? said;
  if (sameFolder(last, here)) return true;
  // Of another machine, with a state of its own: two machines may serve one cluster.
  if (entry === null && said.host !== here.host) return false;
  return last.root === here.root || !isHome(last, said.id);
}

/** Whether the workspace still is where it was last known, also where its file is gone or the folder was made again. */
function isHome(last: Place, id: string): boolean {
  const there = placeOf(last.root);
  if (there === null) return false;
  const says = readIdentity(last.root);
  if (says !== null) return says.id === id;
  return sameFolder(there, last) || [SETTINGS_FILE, '.git'].some((name) => existsSync(join(last.root, name)));
}

/** Whether the folder here was reached by a second path, and is at the known one, too. */
function isAlias(entry: Place, here: Place): boolean {
  if (entry.root === here.root) return false;
  const there = placeOf(entry.root);
  return there !== null && sameFolder(there, here);
}

/** How a workspace stands at its root: as known; without its file, or not the one that is known (moved, copied over, gone). */
export type Standing = 'as-known' | 'file-gone' | 'another';

/** How the workspace with this id stands at a root. One that the registry does not know counts as known. */
export function standingOf(id: string, root: string): Standing {
  const here = placeOf(root);
  const known = registered(id);
  if (here === null) return 'another';
  const said = readIdentity(root);
  if (said?.id === id || known === null) return 'as-known';
  return said === null && sameFolder(known, here) ? 'file-gone' : 'another';
}

/**
 * Lets the registry follow a folder that was renamed while a process stood in it; gives its new root, null where it was not.
 * Nothing is awaited: who asks has lost its workspace, and is about to end.
 */
export function followRename(id: string, before: Place, now: string): string | null {
  const here = placeOf(now);
  if (here === null || !sameFolder(before, here) || readIdentity(now)?.id !== id) return null;
  register({ id, ...here });
  return workspaceAt(now).root;
}
