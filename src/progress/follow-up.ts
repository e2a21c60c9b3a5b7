/** Starts what follows upon a task: its undo, or the apply of its proposals. Each is a task of its own. */
import { laterSettings, taskSettings } from '../config/task-settings.ts';
import type { Context } from '../context.ts';
import { usageError } from '../domain/errors.ts';
import { selectionSize } from '../domain/selection.ts';
import { taskEnded } from '../domain/task-status.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { TaskRecord } from '../store/records.ts';
import { printJson } from '../views/json.ts';
import { settingsOf } from '../workspace-files.ts';
import { placesToday } from './failed-modules.ts';
import { startInWorkspace } from './start-in-workspace.ts';
import type { TaskSettings } from '../domain/settings.ts';
import { findModule } from './task-record.ts';
import { watchTask } from './watch-task.ts';

/** How a follow-up was asked for. */
export interface FollowUpFlags {
  readonly module?: string | undefined;
  readonly force?: boolean | undefined;
  readonly background?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/**
 * The modules that a follow-up is for: the one that was named, or all that it has something to do for.
 * @throws UserError (usage) while they run.
 */
export function followedModules(
  record: TaskRecord,
  verb: 'undo' | 'apply',
  options: { readonly module: string | undefined; readonly candidates: readonly string[] },
): string[] {
  const { task_id: id, status } = record;
  const { module, candidates } = options;
  if (module === undefined && !taskEnded(status))
    throw usageError(
      `Task ${id} is ${status}.\nStop it first: batch-manager stop ${id}\nOr take a module that has ended: batch-manager ${verb} ${id} --module SLUG`,
    );
  if (module === undefined) return [...candidates];
  const [slug, { outcome }] = findModule(record, module);
  if (outcome === null && !taskEnded(status))
    throw usageError(`${slug} has not ended yet.\nStop it first: batch-manager stop ${id} --module ${slug}`);
  return candidates.filter((candidate) => candidate === slug);
}

/** Starts the follow-up and, in the foreground, watches it to its end. */
export async function startFollowUp(
  context: Context,
  operation: 'undo' | 'apply',
  record: TaskRecord,
  slugs: readonly string[],
  flags: FollowUpFlags,
): Promise<{ readonly taskId: string; readonly code: ExitCode }> {
  const { task_id: of, track } = record;
  const selection = placesToday(context, track, slugs);
  const request = { operation, track, selection, settings: followingSettings(context, record, flags.force) };
  const { taskId, attached } = await startInWorkspace(context, request);
  const { io } = context;
  if (flags.background === true) {
    if (flags.json === true) printJson(io, { task_id: taskId, attached });
    else io.out(`${taskId}\n`);
    io.err(`Watch it: batch-manager watch ${taskId}\n`);
    return { taskId, code: EXIT.ok };
  }
  const size = selectionSize(selection);
  io.err(
    `${attached ? 'Attached to' : 'Started'} ${taskId}: ${operation} of ${of}, ${size} ${size === 1 ? 'module' : 'modules'}\n`,
  );
  return { taskId, code: await watchTask(context, taskId, { json: flags.json ?? false }) };
}

/**
 * The settings of a follow-up: what its task was told of git, people's edits and the like, without that which belongs to the
 * asking of models. Today's settings where the record of the task does not hold its own.
 */
function followingSettings(context: Context, record: TaskRecord, force: boolean | undefined): TaskSettings {
  const file = settingsOf(context);
  const { settings } =
    record.settings === null
      ? taskSettings({ force }, context.env, file)
      : laterSettings({ force }, record.settings, file);
  const asking = { propose: false, reviewOnly: false, noCache: false, ask: false, canary: 0, halt: 0 };
  return { ...settings, ...asking, of: record.task_id };
}
