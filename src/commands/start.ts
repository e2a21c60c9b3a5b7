import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { checkAuditSettings } from '../config/check-audit.ts';
import { refuseContradictions, refuseOutOfProportion } from '../config/refused-options.ts';
import { laterSettings, taskSettings, type SettingFlags } from '../config/task-settings.ts';
import type { Context } from '../context.ts';
import { usageError } from '../domain/errors.ts';
import type { AskingOperation } from '../domain/operation.ts';
import { formatSelection, selectedNumbers, selectionSize, toSelection, type Selection } from '../domain/selection.ts';
import type { TaskSettings } from '../domain/settings.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { failedSlugs, placesToday } from '../progress/failed-modules.ts';
import { startInWorkspace } from '../progress/start-in-workspace.ts';
import { taskRecord } from '../progress/task-record.ts';
import type { TaskRecord } from '../store/records.ts';
import { settingsOf } from '../workspace-files.ts';
import { newCommand, type Wiring } from './command.ts';
import { printJson } from '../views/json.ts';
import { printPlan } from '../progress/dry-run.ts';
import { selectionOf, type SelectionOptions } from '../progress/selected.ts';
import { watchTask } from '../progress/watch-task.ts';

/** What a start command was given. */
export interface StartOptions extends SettingFlags, SelectionOptions {
  readonly operation: AskingOperation;
  readonly onlyFailed?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly background?: boolean | undefined;
  readonly json?: boolean | undefined;
}

const EXAMPLES: Record<AskingOperation, [string, string][]> = {
  'fix-review': [
    ['Fix modules 1 to 20 of track b1 and watch it', 'fix-review b1 1 20'],
    [
      'Some modules, in the background, with another model for the reviews',
      'fix-review b1 --modules 3,7,9-12 --review-model google/gemini-2.5-pro -b',
    ],
    ['See what would be done, and start nothing', 'fix-review b2-hist 1 140 --dry-run'],
  ],
  research: [['Research modules 1 to 10 of b2-hist', 'research b2-hist 1 10']],
  orchestrate: [['Research modules 1 to 10, then fix them', 'orchestrate b2-hist 1 10']],
};

/** `fix-review`, `research` and `orchestrate`: the same command for each operation. */
export function newStartCommand(operation: AskingOperation, wiring: Wiring, run = runStart): CommandUnknownOpts {
  const command = newCommand(operation, EXAMPLES[operation])
    .argument('<track>', 'track of the manifest, such as b1')
    .argument('[start]', 'number of the first module')
    .argument('[end]', 'number of the last module')
    .option('--modules <list>', 'module numbers instead of START END: 3,7,9-12')
    .option('--model <name>', 'model for fixes and research: provider/model, or offline')
    .option('--review-model <name>', 'model for reviews (default: --model)')
    .option('--concurrency <n>', 'model calls at a time, 1 to 64')
    .option('--max-rounds <n>', 'fix rounds a module may use')
    .option('--pass-score <score>', 'review score from which a module passes, 0 to 10')
    .option('--module-timeout <time>', 'working time a module may use: 90s, 30m; 0 is no limit')
    .option('--budget <usd>', 'USD the task may spend; it waits then until `set --budget` raises it')
    .option('--canary <n>', 'run so many modules first, then pause until `resume`')
    .option('--halt <percent>', 'pause once so many of the ended modules failed: 30%')
    .option('--ask', 'modules that cannot pass wait for your `answer` while the others go on')
    .option('--only-failed <task>', 'of these modules, only those that failed in that task')
    .option('--module-budget <usd>', 'USD one module may cost; it ends as OVER_BUDGET then')
    .option('--no-cache', 'ask anew where another task got the same reply; modules that passed are still passed over')
    .option('--review-only', 'audit and review, change nothing')
    .option('--propose', 'keep better versions as proposals and change no module; see them with diff, then apply')
    .option('--force', 'run modules that passed before, too, and ask everything anew')
    .option('--dry-run', 'print the plan with a forecast, and start nothing')
    .option('-b, --background', 'print the task id and return')
    .option('--json', 'print the result as JSON');
  command.action(async (track, start, end, flags) => {
    wiring.done(await run(wiring.context(), { operation, track, start, end, ...flags }));
  });
  return command;
}

/** The modules that failed in a task, of those that were asked for; of all where none were. */
function failedOf(context: Context, options: StartOptions, record: TaskRecord): Selection {
  const { track, start, modules } = options;
  if (record.track !== track) throw usageError(`Task ${record.task_id} is about ${record.track}, not ${track}.`);
  const failed = placesToday(context, track, failedSlugs(record, null));
  if (start === undefined && modules === undefined) return failed;
  const asked = new Set(selectedNumbers(selectionOf(context, options)));
  const both = selectedNumbers(failed).filter((number) => asked.has(number));
  if (both.length === 0) throw usageError(`None of these modules failed in ${record.task_id}.`);
  return toSelection(both);
}

/** The settings of a start: those of the task whose failures it takes up, under the flags that are given; else today's. */
function settingsFor(context: Context, options: StartOptions, failedIn: TaskRecord | null): TaskSettings {
  const file = settingsOf(context);
  const today = (): TaskSettings => taskSettings(options, context.env, file).settings;
  if (failedIn === null) return today();
  const { task_id: id, operation } = failedIn;
  if (failedIn.settings === null) {
    context.io.err(`The record of ${id} does not hold its settings: those of today are used.\n`);
    return today();
  }
  // What a task of another kind was told of proposals and reviews is not meant for this one.
  const isOther = operation !== options.operation;
  const { propose, reviewOnly } = failedIn.settings;
  const earlier = {
    ...failedIn.settings,
    propose: propose && !isOther && options.reviewOnly !== true,
    reviewOnly: reviewOnly && !isOther && options.propose !== true,
    of: null,
  };
  const { settings, origins } = laterSettings(options, earlier, file);
  const given = origins.filter(({ origin }) => origin === 'flag').map(({ name, value }) => `${name} ${value}`);
  const flags = given.length === 0 ? '' : `; from your flags: ${given.join(', ')}`;
  context.io.err(`Settings are those of ${id}${flags}.\n`);
  return settings;
}

/** Starts a task or attaches to it; in the foreground it stays until the task has ended. */
export async function runStart(context: Context, options: StartOptions): Promise<ExitCode> {
  const { operation, track } = options;
  refuseContradictions(options);
  await checkAuditSettings(settingsOf(context));
  const failedIn = options.onlyFailed === undefined ? null : await taskRecord(context, options.onlyFailed);
  const settings = settingsFor(context, options, failedIn);
  const selection = failedIn === null ? selectionOf(context, options) : failedOf(context, options, failedIn);
  refuseOutOfProportion(options, settings, selectionSize(selection));
  if (options.dryRun === true)
    return printPlan(context, { operation, track, selection, settings, json: options.json ?? false });
  const retryOf = failedIn === null ? {} : { retryOf: failedIn.task_id };
  const { taskId, attached } = await startInWorkspace(context, { operation, track, selection, settings, ...retryOf });
  const { io } = context;
  if (options.background === true) {
    if (options.json === true) printJson(io, { task_id: taskId, attached });
    else io.out(`${taskId}\n`);
    if (attached) io.err('It runs already.\n');
    io.err(`Watch it: batch-manager watch ${taskId}\nStop it:  batch-manager stop ${taskId}\n`);
    return EXIT.ok;
  }
  io.err(
    attached
      ? `Attached to ${taskId}, which runs already.\n`
      : `Started ${taskId}: ${operation} ${track} ${formatSelection(selection)}\n`,
  );
  return watchTask(context, taskId, { json: options.json ?? false });
}
