import { join } from 'node:path';
import { z } from 'zod';
import { readOptional, writeState, writeWork } from './atomic.ts';
import type { Workspace } from './workspace.ts';

const lineSchema = z.object({
  index: z.number().int(),
  track: z.string(),
  slug: z.string(),
  number: z.number().int(),
  generation: z.number().int(),
  /** Hash of the module's files when the plan was made; null where it has no lesson. */
  hash: z.string().nullable(),
  /** Whether it had uncommitted changes of a person then, and is to be skipped for them. */
  skipped: z.boolean().default(false),
});

/** A line of a frozen plan. */
export type PlanLine = z.infer<typeof lineSchema>;

/** The frozen plans of tasks: one JSON line a module, written once before the first module starts. */
export class PlanStore {
  private readonly folder: string;
  private readonly copies: string | null;
  private readonly cache = new Map<string, readonly PlanLine[]>();

  /** @param copies folder of copies, for tasks that go on although the workspace's state was removed; null where none are kept. */
  constructor(workspace: Workspace, copies: string | null = null) {
    this.folder = join(workspace.state, 'plans');
    this.copies = copies;
  }

  private file(taskId: string, folder = this.folder): string {
    return join(folder, `${taskId}.jsonl`);
  }

  private async bytes(taskId: string): Promise<Buffer | null> {
    const bytes = await readOptional(this.file(taskId));
    return bytes === null && this.copies !== null ? readOptional(this.file(taskId, this.copies)) : bytes;
  }

  /** The plan; null where it was not frozen yet. */
  async get(taskId: string): Promise<readonly PlanLine[] | null> {
    const known = this.cache.get(taskId);
    if (known !== undefined) return known;
    const bytes = await this.bytes(taskId);
    if (bytes === null) return null;
    const plan = bytes
      .toString('utf8')
      .trim()
      .split('\n')
      .map((line) => lineSchema.parse(JSON.parse(line)));
    this.cache.set(taskId, plan);
    return plan;
  }

  async put(taskId: string, plan: readonly PlanLine[]): Promise<void> {
    const text = `${plan.map((line) => JSON.stringify(line)).join('\n')}\n`;
    if (this.copies !== null) await writeWork(this.file(taskId, this.copies), text);
    await writeState(this.file(taskId), text);
  }
}
