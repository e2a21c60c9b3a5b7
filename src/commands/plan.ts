import { Option } from '@commander-js/extra-typings';
import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { refuseContradictions, refuseOutOfProportion } from '../config/refused-options.ts';
import { taskSettings, type SettingFlags } from '../config/task-settings.ts';
import type { Context } from '../context.ts';
import { ASKING_OPERATIONS, type AskingOperation } from '../domain/operation.ts';
import { selectionSize } from '../domain/selection.ts';
import type { ExitCode } from '../exit.ts';
import { printPlan } from '../progress/dry-run.ts';
import { selectionOf, type SelectionOptions } from '../progress/selected.ts';
import { settingsOf } from '../workspace-files.ts';
import { newCommand, type Wiring } from './command.ts';

interface PlanOptions extends SettingFlags, SelectionOptions {
  readonly operation: AskingOperation;
  readonly json?: boolean | undefined;
}

/** `plan`: what a start would do, and what it would need; the same as the start with `--dry-run`. */
export function newPlanCommand(wiring: Wiring, run = runPlan): CommandUnknownOpts {
  const command = newCommand('plan', [
    ['What would fixing modules 21 to 40 of b1 cost?', 'plan b1 21 40'],
    [
      'And with another model, sixteen calls at a time?',
      'plan b1 21 40 --model google/gemini-2.5-pro --concurrency 16',
    ],
    ['What would research take?', 'plan b2-hist 1 140 --operation research'],
  ])
    .argument('<track>', 'track of the manifest, such as b1')
    .argument('[start]', 'number of the first module')
    .argument('[end]', 'number of the last module')
    .option('--modules <list>', 'module numbers instead of START END: 3,7,9-12')
    .addOption(
      new Option('--operation <name>', 'the command that would be given')
        .choices(ASKING_OPERATIONS)
        .default('fix-review' as const),
    )
    .option('--model <name>', 'model for fixes and research: provider/model, or offline')
    .option('--review-model <name>', 'model for reviews (default: --model)')
    .option('--concurrency <n>', 'model calls at a time, 1 to 64')
    .option('--max-rounds <n>', 'fix rounds a module may use')
    .option('--pass-score <score>', 'review score from which a module passes, 0 to 10')
    .option('--review-only', 'audit and review, change nothing')
    .option('--force', 'count modules that passed before, too')
    .option('--json', 'print the result as JSON');
  command.action(async (track, start, end, flags) => {
    wiring.done(await run(wiring.context(), { track, start, end, ...flags }));
  });
  return command;
}

async function runPlan(context: Context, options: PlanOptions): Promise<ExitCode> {
  const { operation, track, json = false } = options;
  refuseContradictions(options);
  const { settings } = taskSettings(options, context.env, settingsOf(context));
  const selection = selectionOf(context, options);
  refuseOutOfProportion(options, settings, selectionSize(selection));
  return printPlan(context, { operation, track, selection, settings, json });
}
