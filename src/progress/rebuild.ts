/** Makes a task's record and log again from Temporal's histories. */
import type { TaskClient } from '../client/task-client.ts';
import type { Context } from '../context.ts';
import { failedError, notFoundError, usageError } from '../domain/errors.ts';
import { formatLogLine, parseLogLine, type LogLine } from '../domain/log-line.ts';
import { selectedNumbers } from '../domain/selection.ts';
import { planCopies } from '../engine/registry.ts';
import { moduleRefs } from '../store/manifest.ts';
import { LedgerStore } from '../store/ledger.ts';
import { PlanStore } from '../store/plans.ts';
import { recordText, type TaskRecord } from '../store/records.ts';
import { replaceKeeping, type Replaced } from '../store/replace-keeping.ts';
import { logFile } from '../store/task-log.ts';
import type { BatchInput } from '../../workflows/contract.ts';
import { manifestOf } from '../workspace-files.ts';
import { moduleStory, type ModuleStory } from './rebuild-module.ts';
import type { PlacedModule } from './rebuild-modules.ts';
import { batchInput, moduleRuns, rebuildLines, rebuildRecord, taskClose, type TaskSources } from './rebuild-task.ts';

/** Histories of modules that are fetched at a time. */
const FETCHED_AT_ONCE = 8;

/** Event of the line that says that a log was made again. */
const REBUILT = 'rebuilt';

/** A task as its histories tell it. */
export interface ToldTask {
  readonly record: TaskRecord;
  readonly lines: readonly LogLine[];
  /** Runs of modules whose history Temporal has dropped. */
  readonly dropped: number;
}

/**
 * Reads a task from Temporal; null where it has not ended, unless open ones are wanted, too.
 * @throws UserError (failed) where the history of an earlier run of its batch is gone.
 */
export async function tellTask(
  context: Context,
  client: TaskClient,
  taskId: string,
  { open }: { readonly open: boolean } = { open: false },
): Promise<ToldTask | null> {
  const { taskHistory } = await import('../client/history.ts');
  const runs = await taskHistory(client.client, taskId);
  if (taskClose(runs) === undefined && !open) return null;
  const wanted = moduleRuns(runs);
  const stories = await moduleStories(client, wanted);
  const sources: TaskSources = {
    taskId,
    runs,
    stories,
    likely: await likelyModules(context, taskId, batchInput(runs)),
    outputFile: logFile(context.workspace, taskId),
  };
  const cost = await new LedgerStore(context.workspace).cost(taskId);
  const record = { ...rebuildRecord(sources), cost };
  return { record, lines: rebuildLines(sources, record), dropped: wanted.length - stories.size };
}

async function moduleStories(
  client: TaskClient,
  runs: readonly { readonly workflowId: string; readonly runId: string }[],
): Promise<Map<string, ModuleStory>> {
  const { moduleHistory } = await import('../client/history.ts');
  const stories = new Map<string, ModuleStory>();
  for (let from = 0; from < runs.length; from += FETCHED_AT_ONCE) {
    const some = runs.slice(from, from + FETCHED_AT_ONCE);
    const histories = await Promise.all(some.map((run) => moduleHistory(client.client, run)));
    some.forEach(({ runId }, index) => {
      const events = histories[index] ?? null;
      if (events !== null) stories.set(runId, moduleStory(events));
    });
  }
  return stories;
}

/** The plan as the workspace knows it: frozen, in the record, or as the manifest has it today. */
async function likelyModules(context: Context, taskId: string, input: BatchInput): Promise<readonly PlacedModule[]> {
  const plan = await new PlanStore(context.workspace, planCopies(await context.workspaceId())).get(taskId);
  if (plan !== null) return plan;
  const record = await context.records.get(taskId);
  if (record !== null)
    return Object.entries(record.modules).map(([slug, { number }], index) => ({ index, slug, number }));
  try {
    const refs = moduleRefs(manifestOf(context), input.track, selectedNumbers(input.selection));
    return refs.map(({ slug, number }, index) => ({ index, slug, number }));
  } catch {
    // No manifest any more, or no such track: what history knows has to do.
    return [];
  }
}

/** What `rebuild` did. */
export interface Rebuilt {
  readonly record: TaskRecord;
  readonly files: readonly Replaced[];
}

/**
 * Writes a task's record and log anew, and keeps the old ones beside them. A task must have ended: the worker of a running
 * one writes both files, and would lose what it writes meanwhile.
 * @throws UserError: not-found where Temporal knows no such task, usage where it runs, failed where its history is not whole
 * or its record is from a newer version.
 */
export async function rebuildTask(context: Context, client: TaskClient, taskId: string, now: Date): Promise<Rebuilt> {
  const reading = await context.records.read(taskId);
  if (reading?.kind === 'newer') throw failedError(context.records.unreadable(taskId, reading));
  if ((await client.status(taskId)) === null)
    throw notFoundError(
      `Temporal knows no task ${taskId}, or has dropped its history. Nothing was changed.\nSee: batch-manager list`,
    );
  const told = await tellTask(context, client, taskId);
  if (told === null)
    throw usageError(
      `Task ${taskId} is running, and its worker writes its record and log; rebuild is for a task that has ended.\nWatch it: batch-manager watch ${taskId}`,
    );
  const lines = [...told.lines, noteLine(told, now)].map((line) => `${formatLogLine(line)}\n`);
  const text = lines.join('');
  return {
    record: told.record,
    files: [
      await replaceKeeping(context.records.file(taskId), recordText(told.record)),
      await replaceKeeping(told.record.output_file, text, (old) => withoutNote(old) === withoutNote(text)),
    ],
  };
}

function noteLine({ dropped }: ToldTask, now: Date): LogLine {
  const gone = dropped === 0 ? '' : `; the history of ${dropped} runs of modules is gone`;
  const text = `from Temporal's history; what was known inside of calls and steps only is left out${gone}`;
  return { at: now.toISOString(), subject: 'task', event: REBUILT, text };
}

/** A log without its last line where that is the note, which differs by its time only. */
function withoutNote(text: string): string {
  const start = text.lastIndexOf('\n', text.length - 2) + 1;
  return parseLogLine(text.slice(start).trimEnd())?.event === REBUILT ? text.slice(0, start) : text;
}
