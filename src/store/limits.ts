import { existsSync, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeState } from './atomic.ts';
import type { Workspace } from './workspace.ts';

const limitsSchema = z.object({
  concurrency: z.number().int().min(0),
  closed: z.boolean(),
  /** USD; 0 is no limit. */
  budgetUsd: z.number().min(0).default(0),
});

/** What a task's calls may do: its width, what they may cost, and whether its gate is closed for good. */
export type Limits = z.infer<typeof limitsSchema>;

/** A stop that somebody wants and that its task may not have heard of yet. */
export interface Hold {
  readonly taskId: string;
  /** How long it has been there, ms. */
  readonly ageMs: number;
}

/** The limits of each task on disk, so that a new worker knows them before it polls. */
export class LimitStore {
  private readonly folder: string;

  constructor(workspace: Workspace) {
    this.folder = join(workspace.state, 'limits');
  }

  private file(taskId: string, kind: 'json' | 'hold'): string {
    return join(this.folder, `${taskId}.${kind}`);
  }

  /** Null where nothing is known of the task: its calls must wait until the batch says. */
  async get(taskId: string): Promise<Limits | null> {
    const parsed = limitsSchema.safeParse(await readJson(this.file(taskId, 'json')));
    return parsed.success ? parsed.data : null;
  }

  async put(taskId: string, limits: Limits): Promise<void> {
    await writeState(this.file(taskId, 'json'), JSON.stringify(limits));
  }

  /**
   * Written by `stop` before its cancel request: no call starts from here on, even when the batch is slow to hear. It stands
   * until the task is closed, whatever becomes of who wrote it: the worker delivers a stop that the server has not taken.
   */
  async hold(taskId: string): Promise<void> {
    await writeState(this.file(taskId, 'hold'), '');
  }

  /** Takes the hold back: its task is closed. */
  async release(taskId: string): Promise<void> {
    await rm(this.file(taskId, 'hold'), { force: true });
  }

  /** Whether calls are held. */
  async held(taskId: string): Promise<boolean> {
    return existsSync(this.file(taskId, 'hold'));
  }

  /** All holds. */
  holds(): Hold[] {
    if (!existsSync(this.folder)) return [];
    return readdirSync(this.folder).flatMap((name) => {
      if (!name.endsWith('.hold')) return [];
      const written = statSync(join(this.folder, name), { throwIfNoEntry: false });
      const taskId = name.slice(0, -'.hold'.length);
      return written === undefined ? [] : [{ taskId, ageMs: Math.max(0, Date.now() - written.mtimeMs) }];
    });
  }
}
