/**
 * How a module ended. New ones are added at the end: a batch's history holds an outcome by its place in this list. PENDING and RUNNING are not outcomes: they are states of a module that has none yet.
 * Each outcome says in `meaning` what a person should read into it.
 */
export const OUTCOMES = {
  ALREADY_PASS: { passed: true, meaning: 'passed before, nothing asked' },
  ALREADY_DONE: { passed: true, meaning: 'research was there, nothing asked' },
  PASS_ON_REVIEW: { passed: true, meaning: 'passed its first review unchanged' },
  FIXED: { passed: true, meaning: 'passed after one or more fixes' },
  RESEARCHED: { passed: true, meaning: 'research written' },
  REVIEWED: { passed: true, meaning: 'reviewed only, as asked' },
  FAIL_AFTER_RETRIES: { passed: false, meaning: 'all rounds used, the best version is in place' },
  STUCK: { passed: false, meaning: 'fixes changed nothing or the same findings came twice' },
  MISSING: { passed: false, meaning: 'in the manifest, but there is no lesson file' },
  TIMEOUT: { passed: false, meaning: 'the module used up its time' },
  ERROR: { passed: false, meaning: 'a step failed for good' },
  BASE_CHANGED: { passed: false, meaning: 'its files were edited meanwhile, and left as they are' },
  CONFLICT: { passed: false, meaning: 'another task holds the module' },
  STOPPED: { passed: false, meaning: 'stopped before it ended' },
  SKIPPED: { passed: false, meaning: 'skipped, by a person or for uncommitted changes' },
  ACCEPTED: { passed: true, meaning: 'did not pass, and a person took it as it is' },
  PROPOSED: { passed: true, meaning: 'a version that passes is proposed, nothing was changed' },
  APPLIED: { passed: true, meaning: 'a proposed version was put in place' },
  UNDONE: { passed: true, meaning: 'has the text back from before a task' },
  OVER_BUDGET: { passed: false, meaning: 'it cost what one module may; the best version is in place' },
} as const satisfies Record<string, { passed: boolean; meaning: string }>;

export type Outcome = keyof typeof OUTCOMES;

export const OUTCOME_NAMES = Object.keys(OUTCOMES) as [Outcome, ...Outcome[]];

/** True where the outcome counts as passed for the exit code. */
export function outcomePassed(outcome: Outcome): boolean {
  return OUTCOMES[outcome].passed;
}
