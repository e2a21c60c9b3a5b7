/**
 * Variables that a shell hands to the worker of its workspace: keys, addresses and proxies. The worker is a child of whatever
 * shell started the engine, perhaps days ago, so its own environment is no word on them. Invariants:
 * 1. They go by a file of the user's alone, and never through Temporal, a log or the workspace.
 * 2. Only variables that a provider or an agent CLI declares are in it.
 * 3. The file goes with the engine.
 */
import { chmodSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { stateFolder } from './paths.ts';

/** Values by variable; null for one that the shell does not have, so that the worker's own does not count. */
export type Handed = Readonly<Record<string, string | null>>;

const handedSchema = z.record(z.string(), z.string().nullable());

const folder = (): string => join(stateFolder(), 'handed');

/** The file of a workspace. */
const handedFile = (workspaceId: string): string => join(folder(), `${workspaceId}.json`);

/** What was handed to the worker of a workspace; null where nothing was. */
export function readHanded(workspaceId: string): Handed | null {
  try {
    const parsed = handedSchema.safeParse(JSON.parse(readFileSync(handedFile(workspaceId), 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Hands variables over; those that are not named stay as they were handed before. */
export function handOver(workspaceId: string, values: Handed): void {
  const before = readHanded(workspaceId) ?? {};
  const after = { ...before, ...values };
  if (JSON.stringify(after) === JSON.stringify(before)) return;
  mkdirSync(folder(), { recursive: true, mode: 0o700 });
  chmodSync(folder(), 0o700);
  writeFileAtomic.sync(handedFile(workspaceId), JSON.stringify(after), { mode: 0o600 });
}

/** Removes all that was handed over: the engine is down. */
export function forgetHanded(): void {
  rmSync(folder(), { recursive: true, force: true });
}

/** An environment in which what was handed over counts, as it is at each look. */
export function environmentOf(workspaceId: string, own: NodeJS.ProcessEnv): () => NodeJS.ProcessEnv {
  let known: { readonly stamp: string; readonly env: NodeJS.ProcessEnv } | undefined;
  return () => {
    const stat = statSync(handedFile(workspaceId), { bigint: true, throwIfNoEntry: false });
    const stamp = stat === undefined ? 'none' : `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
    if (known?.stamp !== stamp) known = { stamp, env: withHanded(own, readHanded(workspaceId)) };
    return known.env;
  };
}

/** The environment that a worker has of its own, with what was handed over in the place of the same variables. */
export function withHanded(own: NodeJS.ProcessEnv, handed: Handed | null): NodeJS.ProcessEnv {
  const values = Object.entries(handed ?? {}).map(([name, value]) => [name, value ?? undefined]);
  return { ...own, ...Object.fromEntries(values) };
}
