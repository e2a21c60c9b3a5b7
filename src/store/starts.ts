import { join } from 'node:path';
import { z } from 'zod';
import { OPERATION_NAMES, type Operation } from '../domain/operation.ts';
import { namesIn, readJson, sha256, writeState } from './atomic.ts';
import type { Workspace } from './workspace.ts';

const startSchema = z.object({
  taskId: z.string(),
  operation: z.enum(OPERATION_NAMES),
  track: z.string(),
  /** `3,7,9-12`. */
  modules: z.string(),
  settings: z.record(z.string(), z.unknown()),
});

/** The last task that a command started: written before the start, so that another shell describes that very id. */
export type LastStart = z.infer<typeof startSchema>;

/** Held while a task is started: whoever holds it knows that none is. */
export const startLock = (workspace: Workspace): string => join(workspace.state, 'start.lock');

const folder = (workspace: Workspace): string => join(workspace.state, 'starts');

function startFile(workspace: Workspace, what: { operation: Operation; track: string; modules: string }): string {
  return join(
    folder(workspace),
    `${sha256(JSON.stringify([what.operation, what.track, what.modules])).slice(0, 20)}.json`,
  );
}

/** The last start of a command; null where it was never given. */
export async function readStart(
  workspace: Workspace,
  what: { operation: Operation; track: string; modules: string },
): Promise<LastStart | null> {
  const parsed = startSchema.safeParse(await readJson(startFile(workspace, what)));
  return parsed.success ? parsed.data : null;
}

export async function writeStart(workspace: Workspace, start: LastStart): Promise<void> {
  await writeState(startFile(workspace, start), JSON.stringify(start));
}

/** Ids of the tasks that were started last by each command, the newest first. */
export async function startedIds(workspace: Workspace): Promise<string[]> {
  const names = await namesIn(folder(workspace));
  const starts = await Promise.all(names.map((name) => readJson(join(folder(workspace), name))));
  const ids = starts.flatMap((start) => {
    const parsed = startSchema.safeParse(start);
    return parsed.success ? [parsed.data.taskId] : [];
  });
  return ids.sort((a, b) => b.slice(-14).localeCompare(a.slice(-14)));
}
