import { join } from 'node:path';
import { z } from 'zod';
import { readOptional, writeState } from './atomic.ts';
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
  private readonly cache = new Map<string, readonly PlanLine[]>();

  constructor(workspace: Workspace) {
    this.folder = join(workspace.state, 'plans');
  }

  private file(taskId: string): string {
    return join(this.folder, `${taskId}.jsonl`);
  }

  /** The plan; null where it was not frozen yet. */
  async get(taskId: string): Promise<readonly PlanLine[] | null> {
    const known = this.cache.get(taskId);
    if (known !== undefined) return known;
    const bytes = await readOptional(this.file(taskId));
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
    await writeState(this.file(taskId), `${plan.map((line) => JSON.stringify(line)).join('\n')}\n`);
  }
}
