import type { FailureType } from './failure.ts';
import type { Outcome } from './outcome.ts';

/** Starts again of a module for lost work, and where nothing else is set for a changed base, after which it is given up. */
const MAX_RESTARTS = 5;

/**
 * How a module ends that was started again too often; null where it may start once more. `editRestarts` is the setting for
 * a changed base; a task of an older version has none.
 */
export function endOfRestarts(
  { reason, restarts }: { readonly reason: string; readonly restarts: number },
  editRestarts: number = MAX_RESTARTS,
): {
  readonly outcome: Outcome;
  readonly detail: string;
  readonly failure: FailureType | null;
} | null {
  if (restarts <= (reason === 'base-changed' ? editRestarts : MAX_RESTARTS)) return null;
  if (reason === 'work-lost') {
    const detail = `what it works with went missing from .batch-manager ${restarts} times`;
    return { outcome: 'ERROR', detail, failure: 'WorkLost' };
  }
  return {
    outcome: 'BASE_CHANGED',
    detail: `edited ${restarts === 1 ? 'once' : `${restarts} times`} while it ran`,
    failure: null,
  };
}
