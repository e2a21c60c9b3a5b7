/** What two versions of a module are compared by. */
export interface Measured {
  readonly auditPassed: boolean;
  /** Audit findings that are errors. */
  readonly errors: number;
  /** Review score, 0 to 10. */
  readonly score: number;
}

/** Better: audit no worse, score no lower, and one of the two improved. Only a better version replaces its base. */
export function isBetter(base: Measured, candidate: Measured): boolean {
  const auditNoWorse = candidate.errors <= base.errors && (candidate.auditPassed || !base.auditPassed);
  const improved = candidate.errors < base.errors || candidate.score > base.score;
  return auditNoWorse && candidate.score >= base.score && improved;
}
