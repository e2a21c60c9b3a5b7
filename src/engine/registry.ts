/**
 * Which workspaces this user has and where they are, with what must outlive a workspace's own files: a folder for each id in
 * the engine's state. Invariants:
 * 1. An entry is written under the registry's lock, as a whole.
 * 2. Nothing here is needed to read a workspace: with the registry lost, `workspace.json` says the same.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { readIdentity, type WorkspaceIdentity } from '../store/workspace.ts';
import { stateFolder } from './paths.ts';

const entrySchema = z.object({
  id: z.string(),
  host: z.string(),
  root: z.string(),
  inode: z.string(),
  born: z.string(),
  /** When it was last written, ms. */
  at: z.number(),
});

/** A workspace as the registry knows it. */
export type RegisteredWorkspace = z.infer<typeof entrySchema>;

const registry = (): string => join(stateFolder(), 'registry');

/** Held while an entry is looked for and written. */
export const registryLock = (): string => join(stateFolder(), 'registry.lock');

/** The folder of what is kept for a workspace beside its own files. */
export const registryFolder = (id: string): string => join(registry(), id);

/** The folder of the copies of a workspace's records. */
export const recordCopies = (id: string): string => join(registryFolder(id), 'records');

/** The folder of the copies of the plans of a workspace's tasks. */
export const planCopies = (id: string): string => join(registryFolder(id), 'plans');

/** The folder of the pointers to what each command started last. */
export const startCopies = (id: string): string => join(registryFolder(id), 'starts');

/** The lock that a workspace's worker holds for its life: it is not in the workspace, where `git clean` would remove it. */
export const workerLock = (id: string): string => join(registryFolder(id), 'worker.lock');

const entryFile = (id: string): string => join(registryFolder(id), 'workspace.json');

/** What is known of an id; null where it is not known. */
export function registered(id: string): RegisteredWorkspace | null {
  try {
    return entrySchema.parse(JSON.parse(readFileSync(entryFile(id), 'utf8')));
  } catch {
    return null;
  }
}

/** All workspaces that are known. */
export function allRegistered(): RegisteredWorkspace[] {
  if (!existsSync(registry())) return [];
  return readdirSync(registry()).flatMap((id) => registered(id) ?? []);
}

/** Writes an entry, with the time of now. */
export function register({ id, host, root, inode, born }: WorkspaceIdentity): void {
  mkdirSync(registryFolder(id), { recursive: true });
  writeFileAtomic.sync(entryFile(id), JSON.stringify({ id, host, root, inode, born, at: Date.now() }));
}

/** The workspace whose task this is, by the copies of records; null where none is known. */
export function workspaceOfTask(taskId: string): RegisteredWorkspace | null {
  const owners = allRegistered().filter(({ id }) => existsSync(join(recordCopies(id), `${taskId}.json`)));
  // A copy of a workspace brings records along: the one that has its own file is where a person would look first.
  return owners.find(({ id, root }) => readIdentity(root)?.id === id) ?? owners[0] ?? null;
}
