/** A task that goes on from an ended one: with all of its settings, over some of its modules. */
import { laterSettings } from '../config/task-settings.ts';
import type { Context } from '../context.ts';
import { usageError } from '../domain/errors.ts';
import { OPERATIONS } from '../domain/operation.ts';
import { formatSelection, type Selection } from '../domain/selection.ts';
import type { TaskRecord } from '../store/records.ts';
import { settingsOf } from '../workspace-files.ts';
import { placesToday } from './failed-modules.ts';
import { startInWorkspace } from './start-in-workspace.ts';

/**
 * Starts a task over these modules, with all settings of the old one; gives its id. `force` runs what passed, too; an undo
 * keeps the force that it was given, since that speaks of people's edits.
 * @throws UserError (usage) where the old task's record does not hold its settings.
 */
export async function retryTask(
  context: Context,
  old: TaskRecord,
  slugs: readonly string[],
  force: boolean,
): Promise<{ readonly taskId: string; readonly attached: boolean; readonly selection: Selection }> {
  const { operation, track, task_id: retryOf } = old;
  const selection = placesToday(context, track, slugs);
  if (old.settings === null) throw withoutSettings(old, selection);
  const isForced = OPERATIONS[operation].asks ? force : old.settings.force;
  const { settings } = laterSettings({ force: isForced }, old.settings, settingsOf(context));
  return { ...(await startInWorkspace(context, { operation, track, selection, settings, retryOf })), selection };
}

/** Guessed settings could change modules that a task only made proposals for. */
function withoutSettings({ task_id: id, operation, track, of_task: of }: TaskRecord, selection: Selection): Error {
  const command = of === null ? `${operation} ${track} --modules ${formatSelection(selection)}` : `${operation} ${of}`;
  return usageError(
    `The record of ${id} does not hold the settings that it ran with, so they cannot be used again.\n` +
      `Start it with the flags that you want: batch-manager ${command}`,
  );
}
