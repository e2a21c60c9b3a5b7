import { z } from 'zod';
import { FAILURE_TYPES } from '../domain/failure.ts';
import { OPERATION_NAMES, type Operation } from '../domain/operation.ts';
import { formatSelection, type Selection } from '../domain/selection.ts';
import type { LiveSettings, TaskSettings } from '../domain/settings.ts';
import { OUTCOME_NAMES } from '../domain/outcome.ts';
import { TASK_STATUSES } from '../domain/task-status.ts';
import { TASK_WAIT_NAMES } from '../domain/wait.ts';
import { taskSettingsSchema } from './settings-schema.ts';

/** The version of a task's record that is written today; `record-versions.ts` reads the older ones. */
export const RECORD_SCHEMA = 1;

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
  /** Why it cannot pass, where it waits for a person's answer. */
  question: z.string().nullable().default(null),
});

/** What was paid, by the task's ledger (src/domain/cost.ts). */
const costSchema = z.object({
  usd: z.number(),
  calls: z.number(),
  unpriced_calls: z.number(),
  estimated_calls: z.number().default(0),
  unsettled_calls: z.number(),
  unsettled_usd: z.number().default(0),
  input_tokens: z.number(),
  output_tokens: z.number(),
  modules: z.record(z.string(), z.number()),
});

/** The record of a task, `tasks/<id>.json`: the original's keys, and ours. A projection of the workflow, for people and scripts. */
export const recordSchema = z.object({
  schema: z.literal(RECORD_SCHEMA),
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
  /** What it waits for, as a word; null where it runs or has ended, and in records of older versions. */
  wait: z.enum(TASK_WAIT_NAMES).nullable().default(null),
  output_file: z.string(),
  total: z.number(),
  counts: z.partialRecord(z.enum(OUTCOME_NAMES), z.number()),
  modules: z.record(z.string(), moduleRecordSchema),
  /** USD that it may spend; 0 is no limit. */
  budget_usd: z.number().default(0),
  /** USD that one module may cost; 0 is no limit. Null in records that were written before it was kept, as the two below. */
  module_budget_usd: z.number().nullable().default(null),
  max_rounds: z.number().nullable().default(null),
  pass_score: z.number().nullable().default(null),
  /**
   * All that it was started with, as `set` left it: what a retry goes on with. Null where it is not known whole, as in records of
   * the original tool.
   */
  settings: taskSettingsSchema.nullable().default(null).catch(null),
  /** The task whose failed modules it runs again. */
  retry_of: z.string().nullable().default(null),
  /** The task that `undo` and `apply` are about; null for others. */
  of_task: z.string().nullable().default(null),
  /** Null where nothing was asked yet. */
  cost: costSchema.nullable().default(null),
});

export type ModuleRecord = z.infer<typeof moduleRecordSchema>;
export type TaskRecord = z.infer<typeof recordSchema>;

/** What a task's record says of how it was started. */
export function startOfRecord(input: {
  readonly taskId: string;
  readonly operation: Operation;
  readonly track: string;
  readonly selection: Selection;
  readonly settings: TaskSettings;
  readonly retryOf?: string;
}) {
  const { taskId, operation, track, selection, settings, retryOf = null } = input;
  return {
    schema: RECORD_SCHEMA,
    task_id: taskId,
    operation,
    track,
    start: selection[0]?.[0] ?? 0,
    end: selection.at(-1)?.[1] ?? 0,
    modules_selected: formatSelection(selection),
    ...liveRecord(settings),
    settings,
    retry_of: retryOf,
    of_task: settings.of,
  } as const;
}

/** What a task's record says of the settings that `set` changes. */
export function liveRecord(settings: LiveSettings) {
  return {
    model: settings.model,
    review_model: settings.reviewModel,
    concurrency: settings.concurrency,
    budget_usd: settings.budgetUsd,
    module_budget_usd: settings.moduleBudgetUsd,
    max_rounds: settings.maxRounds,
    pass_score: settings.passScore,
  } as const;
}

/** A module of which nothing is known but its number. */
export function blankModule(number: number): ModuleRecord {
  return {
    number,
    outcome: null,
    score: null,
    rounds: 0,
    changed: false,
    suspicious: false,
    failure: null,
    detail: '',
    run_id: null,
    question: null,
  };
}
