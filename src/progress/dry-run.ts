import type { Context } from '../context.ts';
import { usd } from '../domain/cost.ts';
import { noPriceText } from '../domain/price-text.ts';
import type { Operation } from '../domain/operation.ts';
import type { ModuleRef } from '../domain/module.ts';
import { formatSelection, selectedNumbers, type Selection } from '../domain/selection.ts';
import type { TaskSettings } from '../domain/settings.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { moduleRefs } from '../store/manifest.ts';
import { forecastText } from '../views/forecast.ts';
import { plainTable } from '../views/table.ts';
import { printJson } from '../views/json.ts';
import { manifestOf } from '../workspace-files.ts';
import { modelsWithoutPrice } from './known-prices.ts';
import { forecastPlan, type PlanForecast } from './forecast.ts';
import { plannedWork, type PlannedWork } from './planned-work.ts';

/** What a dry run is of. */
export interface DryRun {
  readonly operation: Operation;
  readonly track: string;
  readonly selection: Selection;
  readonly settings: TaskSettings;
  readonly json: boolean;
}

/** Prints what a start would do and what it would need; starts nothing. */
export async function printPlan(context: Context, what: DryRun): Promise<ExitCode> {
  const { operation, track, selection, settings } = what;
  const { folder } = manifestOf(context);
  const refs = moduleRefs(manifestOf(context), track, selectedNumbers(selection));
  const modules: PlannedWork[] = [];
  for (const ref of refs) modules.push(await plannedWork(folder, ref, what));
  const told = await forecastPlan(context, { operation, track, settings, modules });
  const oldReviews = modules.filter((module) => module.oldReview).length;
  const uncommitted = await uncommittedOf(context, refs, settings);
  if (what.json) {
    printJson(context.io, {
      operation,
      track,
      selection: formatSelection(selection),
      settings,
      old_reviews: oldReviews,
      uncommitted: uncommitted === null ? [] : uncommitted.modules && [...uncommitted.modules.keys()],
      modules,
      forecast: told,
    });
    return EXIT.ok;
  }
  context.io.out(
    plainTable(
      ['#', 'MODULE', 'STATE'],
      modules.map(({ number, slug, state }) => [String(number), slug, state]),
      { columns: context.io.columns, flexible: 'STATE' },
    ),
  );
  const kind = `${operation} on ${track} with ${models(settings)}`;
  context.io.out(`\n${forecastText(told, { kind, width: settings.concurrency })}`);
  context.io.err(
    `${operation} ${track} ${formatSelection(selection)}: ${modules.length} modules, model ${settings.model}, reviews by ${settings.reviewModel}. Nothing was started.\n`,
  );
  if (uncommitted !== null) context.io.err(`${uncommitted.text}\n`);
  sayOldReviews(context, oldReviews, settings);
  sayBudget(context, told, settings);
  const withoutPrice = await modelsWithoutPrice(context, operation, settings);
  if (withoutPrice.length > 0) context.io.err(`A start would be refused. ${noPriceText(withoutPrice)}\n`);
  return EXIT.ok;
}

function sayBudget(context: Context, { usd: cost }: PlanForecast, { budgetUsd }: TaskSettings): void {
  if (budgetUsd === 0 || cost === null || cost.p90 <= budgetUsd) return;
  context.io.err(
    `The budget of ${usd(budgetUsd)} may not reach: the task would wait then until \`set --budget\` raises it.\n`,
  );
}

const models = ({ model, reviewModel }: TaskSettings): string =>
  model === reviewModel ? model : `${model} and ${reviewModel}`;

function sayOldReviews(context: Context, oldReviews: number, { trustOldReviews }: TaskSettings): void {
  if (oldReviews === 0) return;
  const counted =
    trustOldReviews === 'newer'
      ? 'count where they are newer than the files'
      : 'do not count; each of these modules is reviewed anew (trust-old-reviews: newer in batch-manager.yaml counts them)';
  context.io.err(`${oldReviews} modules have a review by another tool. Such reviews ${counted}.\n`);
}

/** What git says of the modules, which are null where it cannot tell; null where there is nothing to say. */
async function uncommittedOf(
  context: Context,
  refs: readonly ModuleRef[],
  { gitDirty }: TaskSettings,
): Promise<{ readonly modules: ReadonlyMap<string, readonly string[]> | null; readonly text: string } | null> {
  if (gitDirty === 'allow') return null;
  const { cannotTellText, noRepositoryText, uncommittedModules, uncommittedText } =
    await import('../git/uncommitted-modules.ts');
  const { GitError } = await import('../git/repository.ts');
  const { workspace } = context;
  const { folder } = manifestOf(context);
  try {
    const modules = await uncommittedModules({ workspace, folder, refs, signal: new AbortController().signal });
    if (modules === null) return gitDirty === 'skip' ? { modules: new Map(), text: noRepositoryText(folder) } : null;
    const what = gitDirty === 'skip' ? 'They would be skipped (git.dirty).' : 'They would be worked on all the same.';
    return modules.size === 0 ? null : { modules, text: `${uncommittedText(modules)}. ${what}` };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return { modules: null, text: cannotTellText(gitDirty, error) };
  }
}
