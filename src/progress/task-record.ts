import { resolveTask, type Context } from '../context.ts';
import { failedError, notFoundError } from '../domain/errors.ts';
import { matchModule } from '../domain/module.ts';
import { taskEnded } from '../domain/task-status.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { ModuleRecord, TaskRecord } from '../store/records.ts';
import { tally } from '../views/task.ts';
import { toldByEngine } from './lost-records.ts';
import { reconcile } from './reconcile.ts';

/**
 * The record of a task, in line with Temporal.
 * @throws UserError (not-found) where it has none, (failed) where it has one that cannot be read; both say what to do.
 */
export async function taskRecord(context: Context, wanted: string): Promise<TaskRecord> {
  const taskId = await resolveTask(context, wanted);
  const reading = await context.records.read(taskId);
  const told = reading === null ? await toldByEngine(context, taskId) : null;
  if (told !== null) return told;
  if (reading === null)
    throw notFoundError(
      `Task ${taskId} has no record yet: its first step has not run.\nWatch it: batch-manager watch ${taskId}`,
    );
  if (reading.kind !== 'record') throw failedError(context.records.unreadable(taskId, reading));
  const { record } = reading;
  const [current = record] = await reconcile(context, [record]);
  return current;
}

/**
 * Finds a module of a task by slug, bare slug, `track/slug` or number.
 * @throws UserError (not-found) that says where to see them.
 */
export function findModule(record: TaskRecord, wanted: string): [slug: string, module: ModuleRecord] {
  const modules = Object.entries(record.modules).map(([slug, module]) => ({ slug, number: module.number, module }));
  const found = matchModule(modules, wanted);
  if (found !== undefined) return [found.slug, found.module];
  throw notFoundError(
    `Task ${record.task_id} has no module "${wanted}".\nSee its modules: batch-manager show ${record.task_id}`,
  );
}

/** What a task's state means as an exit code: 0 all passed, 1 not or failed, 3 stopped, 8 still running. */
export function exitCodeOf(record: TaskRecord): ExitCode {
  if (!taskEnded(record.status)) return EXIT.running;
  if (record.status === 'stopped') return EXIT.stopped;
  return record.status === 'completed' && tally(record.counts).notPassed === 0 ? EXIT.ok : EXIT.failed;
}
