import { usd } from '../domain/cost.ts';
import { usageError } from '../domain/errors.ts';
import type { Operation } from '../domain/operation.ts';
import type { TaskSettings } from '../domain/settings.ts';
import type { SettingFlags } from './task-settings.ts';

/** A start as it was typed. */
export interface TypedStart extends SettingFlags {
  readonly operation: Operation;
  readonly onlyFailed?: string | undefined;
  readonly dryRun?: boolean | undefined;
  readonly background?: boolean | undefined;
}

/** Options that make no sense together, each with what to do instead. */
const REFUSED: readonly (readonly [(typed: TypedStart) => boolean, (typed: TypedStart) => string])[] = [
  [
    ({ operation, propose }) => propose === true && operation !== 'fix-review',
    ({ operation }) => `--propose is for fix-review: ${operation} writes research, which is no change of a module.`,
  ],
  [
    ({ operation, reviewOnly }) => reviewOnly === true && operation !== 'fix-review',
    ({ operation }) =>
      `--review-only is for fix-review: it changes nothing, and ${operation} writes research.\nTo review: batch-manager fix-review TRACK START END --review-only`,
  ],
  [
    ({ operation, ask }) => ask === true && operation === 'research',
    () => '--ask is about modules that do not pass their reviews, and research has none. Leave it out.',
  ],
  [
    ({ propose, reviewOnly }) => propose === true && reviewOnly === true,
    () => 'Give --propose or --review-only, not both: a review alone makes nothing to propose.',
  ],
  [
    ({ ask, reviewOnly }) => ask === true && reviewOnly === true,
    () => 'Give --ask or --review-only, not both: a module that is only reviewed ends with its review.',
  ],
  [
    ({ onlyFailed, force }) => onlyFailed !== undefined && force === true,
    () =>
      'Give --only-failed or --force, not both: what failed runs again in any case. To ask for new replies, give --no-cache.',
  ],
  [
    ({ dryRun, background }) => dryRun === true && background === true,
    () => 'Give --dry-run or --background, not both: a dry run starts nothing that could go on in the background.',
  ],
];

/** @throws UserError (usage) where options of a start contradict each other. */
export function refuseContradictions(typed: TypedStart): void {
  for (const [isRefused, message] of REFUSED) if (isRefused(typed)) throw usageError(message(typed));
}

/** @throws UserError (usage) where settings make no sense together, or with the number of modules. */
export function refuseOutOfProportion(typed: SettingFlags, settings: TaskSettings, modules: number): void {
  const { budgetUsd, moduleBudgetUsd, canary } = settings;
  // In the settings file both are meant for tasks of any size.
  if (typed.moduleBudget !== undefined) refuseBudgets(budgetUsd, moduleBudgetUsd);
  if (typed.canary !== undefined && canary >= modules)
    throw usageError(
      `--canary ${canary} leaves nothing to run after it: the task has ${modules} ${modules === 1 ? 'module' : 'modules'}.\nGive fewer, or leave it out.`,
    );
}

/** @throws UserError (usage) where one module may cost more than all together; 0 is no limit. */
export function refuseBudgets(budgetUsd: number, moduleBudgetUsd: number): void {
  if (budgetUsd === 0 || moduleBudgetUsd <= budgetUsd) return;
  throw usageError(
    `One module may cost ${usd(moduleBudgetUsd)} (module-budget), but the whole task only ${usd(budgetUsd)} (budget).\nLower --module-budget or raise --budget.`,
  );
}
