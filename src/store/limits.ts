import { statSync } from 'node:fs';
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

/** How long a hold keeps calls from starting, ms: a CLI that died between hold and cancel must not hold a task for ever. */
const HOLD_MS = 30_000;

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

  /** Written by `stop` before its cancel request: no call starts from here on, even when the batch is slow to hear. */
  async hold(taskId: string): Promise<void> {
    await writeState(this.file(taskId, 'hold'), '');
  }

  /** Takes the hold back. */
  async release(taskId: string): Promise<void> {
    await rm(this.file(taskId, 'hold'), { force: true });
  }

  /** Whether calls are held; a hold is void after 30 s. */
  async held(taskId: string): Promise<boolean> {
    const hold = statSync(this.file(taskId, 'hold'), { throwIfNoEntry: false });
    return hold !== undefined && Date.now() - hold.mtimeMs < HOLD_MS;
  }
}
