import type { WorkflowExecutionStatusName } from '@temporalio/client';
import type { Context, EngineAccess } from '../context.ts';
import { taskEnded, type TaskStatus } from '../domain/task-status.ts';
import { countOutcomes, type ModuleRecord, type TaskRecord } from '../store/records.ts';

/**
 * Brings records that say `running` in line with Temporal: a task that was terminated from outside could not write its own
 * end, and a pause may not be recorded yet. Asks only where such a record and a running engine are there, so that a look at
 * ended tasks loads no Temporal.
 */
export async function reconcile(context: Context, records: readonly TaskRecord[]): Promise<TaskRecord[]> {
  if (records.every((record) => taskEnded(record.status))) return [...records];
  const access = await context.engineIfUp();
  if (access === null) return [...records];
  return Promise.all(records.map((record) => reconcileOne(context, access, record)));
}

async function reconcileOne(context: Context, access: EngineAccess, record: TaskRecord): Promise<TaskRecord> {
  if (taskEnded(record.status)) return record;
  // A server that has just died says nothing: the record is shown as it is.
  const described = await access.client.described(record.task_id).catch(() => undefined);
  if (described === undefined) return record;
  const status = described?.status ?? null;
  if (described !== null && ENDED[described.status] === undefined) return withPause(record, described.isPaused);
  // Read again: a task that ended by itself wrote its end before Temporal said so.
  const fresh = (await context.records.get(record.task_id)) ?? record;
  if (taskEnded(fresh.status)) return fresh;
  const told = status === null ? null : await toldByHistory(context, access, fresh);
  const mended = told ?? endedUnseen(fresh, status, new Date().toISOString());
  // A workspace that may only be read shows what is so all the same.
  await context.records.put(mended).catch(() => undefined);
  return mended;
}

/**
 * The record with a pause, or the end of one, that it does not say yet: it is written once a second, the mark as soon as the
 * batch's turn ends. `isPaused` is null for a task that was never paused. Exported for its test.
 */
export function withPause(record: TaskRecord, isPaused: boolean | null): TaskRecord {
  if (isPaused === null || isPaused === (record.status === 'paused')) return record;
  return { ...record, status: isPaused ? 'paused' : 'running', wait: null, reason: null };
}

/** The record as the task's history tells it, with what only the worker knew; null where that history is not to be had. */
async function toldByHistory(context: Context, access: EngineAccess, record: TaskRecord): Promise<TaskRecord | null> {
  try {
    const { tellTask } = await import('./rebuild.ts');
    const told = await tellTask(context, access.client, record.task_id);
    if (told === null) return null;
    return { ...told.record, created_at: record.created_at, output_file: record.output_file };
  } catch {
    // A record must be shown all the same; `rebuild` says what is wrong with the history.
    return null;
  }
}

/** Ends of a workflow that its record may not know. */
const ENDED: Partial<Record<WorkflowExecutionStatusName, TaskStatus>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'stopped',
  TERMINATED: 'terminated',
  TIMED_OUT: 'failed',
};

/** A record whose task ended, and of which nobody can tell how its modules did. Exported for its test. */
export function endedUnseen(record: TaskRecord, status: WorkflowExecutionStatusName | null, now: string): TaskRecord {
  const ended = status === null ? 'terminated' : (ENDED[status] ?? 'terminated');
  const detail = status === null ? 'its task is not known to Temporal any more' : `its task was ${ended}`;
  const isCut = ended === 'terminated' || ended === 'stopped';
  const modules = isCut ? stopOpen(record.modules, detail) : record.modules;
  return {
    ...record,
    status: ended,
    updated_at: now,
    ended_at: now,
    stopped_at: ended === 'stopped' ? now : record.stopped_at,
    wait: null,
    reason: record.reason ?? `as Temporal says (${status ?? 'unknown task'})`,
    counts: countOutcomes(modules),
    modules,
  };
}

function stopOpen(modules: TaskRecord['modules'], detail: string): TaskRecord['modules'] {
  const stop = (module: ModuleRecord): ModuleRecord =>
    module.outcome === null ? { ...module, outcome: 'STOPPED', detail } : module;
  return Object.fromEntries(Object.entries(modules).map(([slug, module]) => [slug, stop(module)]));
}
