import type { FixableKind } from '../../domain/module.ts';
import type { PromptFiles } from '../../domain/files-block.ts';

/** Names of the twelve dimensions of a review. */
export type DimensionName =
  | 'Experience'
  | 'Coherence'
  | 'Relevance'
  | 'Educational'
  | 'Language'
  | 'Pedagogy'
  | 'Immersion'
  | 'Activities'
  | 'Richness'
  | 'Beginner Safety'
  | 'LLM Fingerprint'
  | 'Linguistic Accuracy';

/** How much a problem weighs: a slip alone does not fail a module, a flaw or a break does. */
export type Severity = 'slip' | 'flaw' | 'break';

/** A module as the offline model sees it: its files from the prompt, with LF line ends. */
export type ModuleView = PromptFiles;

/** One thing that a check found. */
export interface Problem {
  readonly kind: FixableKind;
  /** From 1; null where it is no one line. */
  readonly line: number | null;
  /** The text as it stands, short; null where something is missing. */
  readonly original: string | null;
  /** What to do about it, or what was done. */
  readonly remedy: string;
}

export interface CheckResult {
  readonly problems: readonly Problem[];
  /** The files with the problems mended, as far as a rule can; absent where it can mend none. */
  readonly mended?: Readonly<Partial<Record<FixableKind, string>>>;
}

/**
 * One rule of the offline model. Finding and mending are one function, so that a problem that was mended is by its nature no
 * longer found, and nothing is mended that was not found.
 */
export interface Check {
  /** `missing-summary`. */
  readonly id: string;
  /** What is wrong, as a title: `The summary is missing`. */
  readonly title: string;
  readonly severity: Severity;
  /** The dimensions that it lowers. */
  readonly dimensions: readonly DimensionName[];
  run(view: ModuleView): CheckResult;
}

const NONE: CheckResult = { problems: [] };

/** What a check of a single file answers: the new text (or null: nothing could be mended) and what was found. */
export interface FileResult {
  readonly text: string | null;
  readonly problems: readonly Omit<Problem, 'kind'>[];
}

/** A check that looks at one file; where the file is absent it finds nothing. */
export function fileCheck(
  kind: FixableKind,
  check: Omit<Check, 'run'> & { run(text: string, view: ModuleView): FileResult },
): Check {
  return {
    ...check,
    run(view) {
      const old = view.files[kind];
      if (old === undefined) return NONE;
      const { text, problems } = check.run(old, view);
      if (problems.length === 0) return NONE;
      const found = problems.map((problem) => ({ kind, ...problem }));
      return text === null || text === old ? { problems: found } : { problems: found, mended: { [kind]: text } };
    },
  };
}

/** Runs the same check of one file over several kinds, and joins what they found. */
export function filesCheck(
  kinds: readonly FixableKind[],
  check: Omit<Check, 'run'> & { run(text: string, view: ModuleView): FileResult },
): Check {
  const each = kinds.map((kind) => fileCheck(kind, check));
  return {
    ...check,
    run(view) {
      const results = each.map((single) => single.run(view));
      const mended = Object.assign({}, ...results.map((result) => result.mended)) as NonNullable<CheckResult['mended']>;
      const problems = results.flatMap((result) => result.problems);
      return Object.keys(mended).length === 0 ? { problems } : { problems, mended };
    },
  };
}

const LONGEST_QUOTE = 100;

/** Text as it can be quoted within one line: white space folded, cut to 100 characters. */
export function quoteLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST_QUOTE ? line : `${line.slice(0, LONGEST_QUOTE - 1)}…`;
}
