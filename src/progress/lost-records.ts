/** Records that are neither in `tasks/` nor beside the engine: the engine's history tells what was in them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { taskEnded } from '../domain/task-status.ts';
import type { TaskRecord } from '../store/records.ts';

/** How long `list` waits for the engine, ms: what has a record is to be shown whatever the engine does. */
const DEADLINE_MS = 3000;

/** The record of a task as the engine tells it; null where no engine is up, or where it does not know the task. */
export async function toldByEngine(context: Context, taskId: string): Promise<TaskRecord | null> {
  const access = await context.engineIfUp();
  if (access === null) return null;
  try {
    const { tellTask } = await import('./rebuild.ts');
    const told = await tellTask(context, access.client, taskId, { open: true });
    // A task whose first step has not run has nothing to show yet.
    if (told === null || told.record.total === 0) return null;
    // That of an open task is written by its worker.
    if (taskEnded(told.record.status)) await context.records.put(told.record).catch(() => undefined);
    return told.record;
  } catch {
    return null;
  }
}

/**
 * The records of tasks of this workspace that `known` has not: those that commands started here, and where the engine is asked
 * anyway, those that it says are open.
 */
export async function lostRecords(context: Context, known: ReadonlySet<string>): Promise<TaskRecord[]> {
  const lost = lookForLost(context, known);
  return Promise.race([lost, sleep(DEADLINE_MS, [], { ref: false })]);
}

async function lookForLost(context: Context, known: ReadonlySet<string>): Promise<TaskRecord[]> {
  const starts = await context.starts();
  if (starts === null) return [];
  const started: string[] = [];
  for (const id of await starts.ids())
    if (!known.has(id) && (await context.records.read(id)) === null) started.push(id);
  if (started.length === 0 && known.size > 0) return [];
  const access = await context.engineIfUp();
  if (access === null) return [];
  const open = await access.client.openTasks(await context.workspaceId()).catch(() => []);
  const ids = [...new Set([...started, ...open])].filter((id) => !known.has(id));
  const told = await Promise.all(ids.map((id) => toldByEngine(context, id)));
  return told.filter((record) => record !== null);
}
