import type { Context } from '../context.ts';
import type { Operation } from '../domain/operation.ts';
import type { ModuleRef } from '../domain/module.ts';
import { formatSelection, selectedNumbers, type Selection } from '../domain/selection.ts';
import type { TaskSettings } from '../domain/settings.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { readOptional } from '../store/atomic.ts';
import { moduleRefs } from '../store/manifest.ts';
import { modulePaths, readModule } from '../store/module-files.ts';
import { plainTable } from '../views/table.ts';
import { printJson } from '../views/json.ts';

/** What a dry run says of one module. */
interface PlannedWork {
  readonly number: number;
  readonly slug: string;
  /** `missing`, `reviewed by batch-manager for these files`, … */
  readonly state: string;
  /** Whether the review there is counts only with `trust-old-reviews: newer`. */
  readonly oldReview: boolean;
}

/** Prints what a start would do; starts nothing. */
export async function printPlan(
  context: Context,
  what: { operation: Operation; track: string; selection: Selection; settings: TaskSettings; json: boolean },
): Promise<ExitCode> {
  const { operation, track, selection, settings, json } = what;
  const { folder } = context.manifest();
  const refs = moduleRefs(context.manifest(), track, selectedNumbers(selection));
  const modules: PlannedWork[] = [];
  for (const ref of refs) modules.push(await plannedWork(folder, ref, operation));
  const oldReviews = modules.filter((module) => module.oldReview).length;
  const uncommitted = await uncommittedOf(context, refs, settings);
  if (json) {
    printJson(context.io, {
      operation,
      track,
      selection: formatSelection(selection),
      settings,
      old_reviews: oldReviews,
      uncommitted: [...(uncommitted?.modules.keys() ?? [])],
      modules,
    });
    return EXIT.ok;
  }
  context.io.out(
    plainTable(
      ['#', 'MODULE', 'STATE'],
      modules.map(({ number, slug, state }) => [String(number), slug, state]),
    ),
  );
  context.io.err(
    `${operation} ${track} ${formatSelection(selection)}: ${modules.length} modules, model ${settings.model}, reviews by ${settings.reviewModel}. Nothing was started.\n`,
  );
  if (uncommitted !== null) context.io.err(`${uncommitted.text}\n`);
  if (oldReviews > 0) {
    const counted =
      settings.trustOldReviews === 'newer'
        ? 'count where they are newer than the files'
        : 'do not count; each of these modules is reviewed anew (trust-old-reviews: newer in batch-manager.yaml counts them)';
    context.io.err(`${oldReviews} modules have a review by another tool. Such reviews ${counted}.\n`);
  }
  return EXIT.ok;
}

/** What git says of the modules; null where there is nothing to say, or git has no say. */
async function uncommittedOf(
  context: Context,
  refs: readonly ModuleRef[],
  { gitDirty }: TaskSettings,
): Promise<{ readonly modules: ReadonlyMap<string, readonly string[]>; readonly text: string } | null> {
  if (gitDirty === 'allow') return null;
  const { uncommittedModules, uncommittedText } = await import('../git/uncommitted-modules.ts');
  const { GitError } = await import('../git/repository.ts');
  const { workspace } = context;
  const { folder } = context.manifest();
  try {
    const modules = await uncommittedModules({ workspace, folder, refs, signal: new AbortController().signal });
    const what = gitDirty === 'skip' ? 'They would be skipped (git.dirty).' : 'They would be worked on all the same.';
    return modules.size === 0 ? null : { modules, text: `${uncommittedText(modules)}. ${what}` };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return { modules: new Map(), text: `git failed, so uncommitted changes are not looked for: ${error.message}` };
  }
}

async function plannedWork(
  folder: string,
  ref: { track: string; slug: string; number: number },
  operation: Operation,
): Promise<PlannedWork> {
  const paths = await modulePaths(folder, ref);
  const { number, slug } = ref;
  if (operation === 'research') {
    const there = await readOptional(paths.research);
    return {
      number,
      slug,
      oldReview: false,
      state: there === null ? 'to research' : `research is there (${there.length} bytes)`,
    };
  }
  const module = await readModule(paths);
  if (module.hashes.lesson === null) return { number, slug, oldReview: false, state: 'missing: no lesson file' };
  const review = (await readOptional(paths.review))?.toString('utf8');
  if (review === undefined) return { number, slug, oldReview: false, state: 'to review' };
  const { readReviewStamp } = await import('../domain/review-text.ts');
  const stamp = readReviewStamp(review);
  if (stamp === null) return { number, slug, oldReview: true, state: 'has a review by another tool' };
  const same = stamp.base === module.hash;
  return {
    number,
    slug,
    oldReview: false,
    state: same ? `reviewed for these files (${stamp.score})` : 'changed since its review',
  };
}
