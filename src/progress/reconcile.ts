import type { Context } from '../context.ts';
import { taskEnded, type TaskStatus } from '../domain/task-status.ts';
import type { TaskRecord } from '../store/records.ts';

/**
 * Brings records that say `running` in line with Temporal: a task that was terminated from outside could not write its own
 * end. Asks only where such a record and a running engine are there, so that a look at ended tasks loads no Temporal.
 */
export async function reconcile(context: Context, records: readonly TaskRecord[]): Promise<TaskRecord[]> {
  if (records.every((record) => taskEnded(record.status))) return [...records];
  const access = await context.engineIfUp();
  if (access === null) return [...records];
  return Promise.all(
    records.map(async (record) => {
      if (taskEnded(record.status)) return record;
      const status = await access.client.status(record.task_id);
      const ended = status === null ? 'terminated' : ENDED[status];
      if (ended === undefined) return record;
      const fresh = (await context.records.get(record.task_id)) ?? record;
      if (taskEnded(fresh.status)) return fresh;
      const now = new Date().toISOString();
      const mended: TaskRecord = {
        ...fresh,
        status: ended,
        updated_at: now,
        ended_at: now,
        reason: fresh.reason ?? `as Temporal says (${status ?? 'unknown task'})`,
      };
      await context.records.put(mended);
      return mended;
    }),
  );
}

/** Ends of a workflow that its record may not know. */
const ENDED: Partial<Record<string, TaskStatus>> = {
  COMPLETED: 'completed',
  FAILED: 'failed',
  CANCELLED: 'stopped',
  TERMINATED: 'terminated',
  TIMED_OUT: 'failed',
};
