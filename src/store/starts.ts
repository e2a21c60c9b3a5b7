import { join } from 'node:path';
import { z } from 'zod';
import { OPERATION_NAMES } from '../domain/operation.ts';
import { namesIn, readJson, sha256, writeState } from './atomic.ts';
import type { Workspace } from './workspace.ts';

const startSchema = z.object({
  /** A copied folder brings along the pointers of the original. */
  workspaceId: z.string(),
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

/** What names a command: its last start is found by it. */
type Command = Pick<LastStart, 'operation' | 'track' | 'modules'>;

/**
 * The pointers to what was started last by each command of a workspace. They are kept in the workspace, and as copies beside
 * the engine: where the workspace's state was removed while a task runs, the same command must still attach to it.
 */
export class StartStore {
  private readonly folders: readonly string[];
  private readonly workspaceId: string;

  /** @param copies folder of the copies; null where none are kept. */
  constructor(workspace: Workspace, workspaceId: string, copies: string | null) {
    this.folders = [join(workspace.state, 'starts'), ...(copies === null ? [] : [copies])];
    this.workspaceId = workspaceId;
  }

  /** The last start of a command; null where it was never given. */
  async get(what: Command): Promise<LastStart | null> {
    for (const folder of this.folders) {
      const start = this.parse(await readJson(join(folder, fileName(what))));
      if (start !== null) return start;
    }
    return null;
  }

  async put(start: Omit<LastStart, 'workspaceId'>): Promise<void> {
    const text = JSON.stringify({ workspaceId: this.workspaceId, ...start });
    for (const folder of this.folders) await writeState(join(folder, fileName(start)), text);
  }

  /** Ids of the tasks that were started last by each command, the newest first. */
  async ids(): Promise<string[]> {
    const ids = new Set<string>();
    for (const folder of this.folders) {
      for (const name of await namesIn(folder)) {
        const start = this.parse(await readJson(join(folder, name)));
        if (start !== null) ids.add(start.taskId);
      }
    }
    return [...ids].sort((a, b) => b.slice(-14).localeCompare(a.slice(-14)));
  }

  private parse(value: unknown): LastStart | null {
    const { data } = startSchema.safeParse(value);
    return data?.workspaceId === this.workspaceId ? data : null;
  }
}

const fileName = ({ operation, track, modules }: Command): string =>
  `${sha256(JSON.stringify([operation, track, modules])).slice(0, 20)}.json`;
