/** A task that runs modules of an ended one again. */
import { taskSettings } from '../config/task-settings.ts';
import type { Context } from '../context.ts';
import type { Selection } from '../domain/selection.ts';
import type { TaskRecord } from '../store/records.ts';
import { settingsOf } from '../workspace-files.ts';
import { startInWorkspace } from './start-in-workspace.ts';

/** Starts a task over these modules, with the settings of the old one; gives its id. `force` runs what passed, too. */
export async function retryTask(
  context: Context,
  old: TaskRecord,
  selection: Selection,
  force: boolean,
): Promise<{ readonly taskId: string; readonly attached: boolean }> {
  const { operation, track } = old;
  const flags = {
    model: old.model,
    reviewModel: old.review_model,
    concurrency: String(old.concurrency),
    budget: String(old.budget_usd),
    ...(old.module_budget_usd !== null && { moduleBudget: String(old.module_budget_usd) }),
    ...(old.max_rounds !== null && { maxRounds: String(old.max_rounds) }),
    ...(old.pass_score !== null && { passScore: String(old.pass_score) }),
    force,
  };
  const { settings } = taskSettings(flags, context.env, settingsOf(context));
  return startInWorkspace(context, { operation, track, selection, settings, retryOf: old.task_id });
}
