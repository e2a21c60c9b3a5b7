import { FILE_KINDS } from '../domain/module.ts';
import type { ModuleRef } from '../domain/module.ts';
import type { Operation } from '../domain/operation.ts';
import { scoreText } from '../domain/score-text.ts';
import type { TaskSettings } from '../domain/settings.ts';
import { Answering } from '../files/answering.ts';
import { readPeoplesBytes, UnusableFile } from '../files/people-file.ts';
import { askModule, modulePaths, readModule, type ModuleFiles, type ModulePaths } from '../store/module-files.ts';

/** What a start would do with one module. */
export interface PlannedWork {
  readonly number: number;
  readonly slug: string;
  /** `missing`, `reviewed by batch-manager for these files`, … */
  readonly state: string;
  /** Whether the review there is counts only with `trust-old-reviews: newer`. */
  readonly oldReview: boolean;
  /** Whether a model would be asked, as far as can be told without an audit. */
  readonly asks: boolean;
  /** Of its files, all together. */
  readonly characters: number;
}

const answering = new Answering();

type State = Pick<PlannedWork, 'state' | 'oldReview' | 'asks'>;

/** Looks what is to do with a module. */
export async function plannedWork(
  folder: string,
  ref: ModuleRef,
  what: { readonly operation: Operation; readonly settings: TaskSettings },
): Promise<PlannedWork> {
  const { number, slug } = ref;
  try {
    await askModule(answering, folder, ref);
    const paths = await modulePaths(folder, ref);
    const module = await readModule(paths);
    const characters = FILE_KINDS.reduce((sum, kind) => sum + (module.text.files[kind]?.length ?? 0), 0);
    return { number, slug, ...(await stateOf(paths, module, what)), characters };
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    return {
      number,
      slug,
      state: `cannot be worked on: ${error.message}`,
      oldReview: false,
      asks: false,
      characters: 0,
    };
  }
}

async function stateOf(
  paths: ModulePaths,
  module: ModuleFiles,
  { operation, settings }: { readonly operation: Operation; readonly settings: TaskSettings },
): Promise<State> {
  const research = operation === 'fix-review' ? null : await researchState(paths, settings);
  if (operation === 'research' && research !== null) return research;
  const review = await reviewState(paths, module, settings);
  return { ...review, asks: review.asks || research?.asks === true };
}

async function researchState(paths: ModulePaths, { force }: TaskSettings): Promise<State> {
  const there = readPeoplesBytes(paths.research);
  const state = there === null ? 'to research' : `research is there (${there.length} bytes)`;
  return { state, oldReview: false, asks: there === null || force };
}

async function reviewState(paths: ModulePaths, module: ModuleFiles, settings: TaskSettings): Promise<State> {
  if (module.hashes.lesson === null) return { state: 'missing: no lesson file', oldReview: false, asks: false };
  const review = readPeoplesBytes(paths.review)?.toString('utf8');
  if (review === undefined) return { state: 'to review', oldReview: false, asks: true };
  const { readReviewStamp } = await import('../domain/review-text.ts');
  const stamp = readReviewStamp(review);
  if (stamp === null) return { state: 'has a review by another tool', oldReview: true, asks: true };
  const isSame = stamp.base === module.hash;
  const state = isSame ? `reviewed for these files (${scoreText(stamp.score)})` : 'changed since its review';
  return { state, oldReview: false, asks: !isSame || settings.force || stamp.score < settings.passScore };
}
