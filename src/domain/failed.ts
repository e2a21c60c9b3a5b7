/** Which modules count as failed, and the words by which a person chooses among them: `retry --failed --class quota`. */
import type { FailureType } from './failure.ts';
import { OUTCOMES, outcomePassed, type Outcome } from './outcome.ts';

/** Ends that a person asked for: nothing failed. */
const ASKED_FOR: ReadonlySet<Outcome> = new Set(['STOPPED', 'SKIPPED']);

/** True where a module ended without passing, and nobody had asked for that. */
export function moduleFailed(outcome: Outcome): boolean {
  return !outcomePassed(outcome) && !ASKED_FOR.has(outcome);
}

const CLASSES: Partial<Record<FailureType, string>> = {
  RateLimited: 'rate',
  QuotaExhausted: 'quota',
  AuthFailed: 'auth',
  AccountRefused: 'account',
  ModelNotFound: 'model',
  NotCallable: 'setup',
  ProviderDown: 'provider-down',
  NetworkDown: 'network',
  BadRequest: 'bad-request',
  DiskFull: 'disk-full',
  AuditCrashed: 'audit-crashed',
  WorkLost: 'work-lost',
  Bug: 'bug',
};

const outcomeClass = (outcome: Outcome): string => outcome.toLowerCase().replaceAll('_', '-');

/** The word for a failed module: the class of its failure where it has one (`quota`), else its outcome (`timeout`, `stuck`). */
export function failedClass({ outcome, failure }: { outcome: Outcome; failure: FailureType | null }): string {
  return (failure === null ? undefined : CLASSES[failure]) ?? outcomeClass(outcome);
}

/** True where a module failed with one of the words; null takes every failure. One that has not ended has not failed. */
export function failedWith(
  { outcome, failure }: { readonly outcome: Outcome | null; readonly failure: FailureType | null },
  classes: readonly string[] | null,
): boolean {
  if (outcome === null || !moduleFailed(outcome)) return false;
  return classes === null || classes.includes(failedClass({ outcome, failure }));
}

/** All words that choose among failed modules. */
export const FAILED_CLASSES: readonly string[] = [
  ...Object.values(CLASSES),
  ...(Object.keys(OUTCOMES) as Outcome[]).filter(moduleFailed).map(outcomeClass),
];

/** Failures of what all modules depend on, not of the module itself: several in a row mean that the next ones fail, too. */
export const INFRASTRUCTURE: ReadonlySet<FailureType> = new Set([
  'RateLimited',
  'QuotaExhausted',
  'AuthFailed',
  'AccountRefused',
  'ModelNotFound',
  'NotCallable',
  'ProviderDown',
  'NetworkDown',
  'DiskFull',
  'AuditCrashed',
]);
