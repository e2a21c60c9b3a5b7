import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeState } from './atomic.ts';
import type { Workspace } from './workspace.ts';

const notifiedSchema = z.object({
  /** Whether its end was told. */
  ended: z.boolean(),
  /** The wait that was told; null once the task goes on. */
  parked: z.string().nullable(),
  /** Whether it was told that modules wait for an answer; false once none does. */
  asked: z.boolean(),
});

/** What was told of a task. */
export type Notified = z.infer<typeof notifiedSchema>;

/** What was told of each task: written before it is told, so that a crash tells nobody anything twice. */
export class NotifiedStore {
  private readonly folder: string;

  constructor(workspace: Workspace) {
    this.folder = join(workspace.state, 'notified');
  }

  private file(taskId: string): string {
    return join(this.folder, `${taskId}.json`);
  }

  async get(taskId: string): Promise<Notified> {
    const parsed = notifiedSchema.safeParse(await readJson(this.file(taskId)));
    return parsed.success ? parsed.data : { ended: false, parked: null, asked: false };
  }

  async put(taskId: string, notified: Notified): Promise<void> {
    await writeState(this.file(taskId), JSON.stringify(notified));
  }
}
