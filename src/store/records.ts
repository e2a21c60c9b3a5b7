import { join } from 'node:path';
import { z } from 'zod';
import { FAILURE_TYPES } from '../domain/failure.ts';
import { OPERATION_NAMES } from '../domain/operation.ts';
import { OUTCOME_NAMES } from '../domain/outcome.ts';
import { TASK_STATUSES } from '../domain/task-status.ts';
import { namesIn, readJson, writeAtomic } from './atomic.ts';
import type { Workspace } from './workspace.ts';

const moduleRecordSchema = z.object({
  number: z.number(),
  /** Null while it has not ended. */
  outcome: z.enum(OUTCOME_NAMES).nullable(),
  score: z.number().nullable(),
  rounds: z.number(),
  changed: z.boolean(),
  suspicious: z.boolean(),
  failure: z.enum(FAILURE_TYPES).nullable(),
  detail: z.string(),
  /** Run id of the module's workflow, for the Web UI. */
  run_id: z.string().nullable(),
});

/** The record of a task, `tasks/<id>.json`: the original's keys, and ours. A projection of the workflow, for people and scripts. */
const recordSchema = z.object({
  schema: z.literal(1),
  task_id: z.string(),
  operation: z.enum(OPERATION_NAMES),
  track: z.string(),
  start: z.number(),
  end: z.number(),
  /** `3,7,9-12`. */
  modules_selected: z.string(),
  model: z.string(),
  review_model: z.string(),
  concurrency: z.number(),
  /** ISO times, UTC; null where it is not so far. */
  created_at: z.string(),
  updated_at: z.string(),
  ended_at: z.string().nullable(),
  stopped_at: z.string().nullable(),
  status: z.enum(TASK_STATUSES),
  /** Why it failed or waits. */
  reason: z.string().nullable(),
  output_file: z.string(),
  total: z.number(),
  counts: z.partialRecord(z.enum(OUTCOME_NAMES), z.number()),
  modules: z.record(z.string(), moduleRecordSchema),
});

export type ModuleRecord = z.infer<typeof moduleRecordSchema>;
export type TaskRecord = z.infer<typeof recordSchema>;

/** How many modules ended with each outcome. */
export function countOutcomes(modules: Readonly<Record<string, ModuleRecord>>): TaskRecord['counts'] {
  const counts: TaskRecord['counts'] = {};
  for (const { outcome } of Object.values(modules)) if (outcome !== null) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** The records of a workspace's tasks. */
export class RecordStore {
  private readonly folder: string;

  constructor(workspace: Workspace) {
    this.folder = workspace.tasks;
  }

  /** The record; null where there is none, or one that cannot be read. */
  async get(taskId: string): Promise<TaskRecord | null> {
    const parsed = recordSchema.safeParse(await readJson(join(this.folder, `${taskId}.json`)));
    return parsed.success ? parsed.data : null;
  }

  async put(record: TaskRecord): Promise<void> {
    await writeAtomic(join(this.folder, `${record.task_id}.json`), `${JSON.stringify(record, null, 2)}\n`);
  }

  /** All records that can be read, the newest first. */
  async list(): Promise<TaskRecord[]> {
    const names = (await namesIn(this.folder)).filter((name) => name.endsWith('.json'));
    const records = await Promise.all(names.map((name) => this.get(name.slice(0, -'.json'.length))));
    return records.filter((record) => record !== null).sort((a, b) => b.created_at.localeCompare(a.created_at));
  }
}
