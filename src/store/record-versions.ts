/**
 * Reads a record of any version. A change of the record's form raises RECORD_SCHEMA and adds the step from the version
 * before to `UPGRADES`; no older step is ever changed, so that a file of any age still loads.
 */
import { z } from 'zod';
import { formatSelection } from '../domain/selection.ts';
import { OPERATION_NAMES } from '../domain/operation.ts';
import { taskEnded, TASK_STATUSES } from '../domain/task-status.ts';
import { RECORD_SCHEMA, recordSchema, type TaskRecord } from './record-schema.ts';

/** What a record file turned out to be. */
export type RecordReading =
  | { readonly kind: 'record'; readonly record: TaskRecord }
  /** Written by a later version of this program. */
  | { readonly kind: 'newer'; readonly schema: number }
  | { readonly kind: 'damaged'; readonly reason: string };

type Upgrade = (value: unknown) => unknown;

/** From each version to the next, by the version that a step starts from. */
const UPGRADES: readonly Upgrade[] = [fromOriginal];

/** Reads the text of a record file and brings it to today's form. */
export function readRecord(text: string): RecordReading {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'damaged', reason: 'it is not JSON' };
  }
  const version = versionOf(value);
  if (version > RECORD_SCHEMA) return { kind: 'newer', schema: version };
  try {
    const upgraded = UPGRADES.slice(version).reduce((older, upgrade) => upgrade(older), value);
    return { kind: 'record', record: recordSchema.parse(upgraded) };
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const [issue] = error.issues;
    const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    return { kind: 'damaged', reason: `it is not a record (${place}${issue?.message ?? 'unknown form'})` };
  }
}

const versionSchema = z.object({ schema: z.number().int().nonnegative() });

/** The original tool wrote no version. */
const versionOf = (value: unknown): number => {
  const parsed = versionSchema.safeParse(value);
  return parsed.success ? parsed.data.schema : 0;
};

// ---- version 0: the original tool ------------------------------------------------------------------------------------------

const originalSchema = z.object({
  task_id: z.string(),
  operation: z.enum(OPERATION_NAMES),
  track: z.string(),
  start: z.number(),
  end: z.number(),
  model: z.string().nullish(),
  /** Local time without a zone, as Python writes it. */
  created_at: z.string(),
  status: z.string(),
  output_file: z.string().nullish(),
  stopped_at: z.string().nullish(),
});

/**
 * The original's record in the form of version 1. What it did not keep gets these values: all numbers from `start` to `end`
 * count as selected, reviews went to the same model, calls were made one at a time, and of the modules nothing is known.
 * Its process was never followed, so a task that it left as `running`, or as anything that is no end of ours, counts as
 * terminated; the reason says what it was.
 */
function fromOriginal(value: unknown): unknown {
  const old = originalSchema.parse(value);
  const known = TASK_STATUSES.find((status) => status === old.status && taskEnded(status));
  const stopped = old.stopped_at ? isoTime(old.stopped_at) : null;
  const created = isoTime(old.created_at);
  const model = old.model ?? 'unknown';
  return {
    schema: 1,
    task_id: old.task_id,
    operation: old.operation,
    track: old.track,
    start: old.start,
    end: old.end,
    modules_selected: formatSelection([[old.start, old.end]]),
    model,
    review_model: model,
    concurrency: 1,
    created_at: created,
    updated_at: stopped ?? created,
    ended_at: stopped,
    stopped_at: stopped,
    status: known ?? 'terminated',
    reason: known === undefined ? `a task of the original tool, left as "${old.status}"` : null,
    output_file: old.output_file ?? `tasks/${old.task_id}.output`,
    total: Math.max(0, old.end - old.start + 1),
    counts: {},
    modules: {},
  };
}

/** An ISO time in UTC; a time that cannot be read stays as it is. */
function isoTime(text: string): string {
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? text : time.toISOString();
}
