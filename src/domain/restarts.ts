import type { FailureType } from './failure.ts';
import type { Outcome } from './outcome.ts';

/** Starts again of a module for lost work, and where nothing else is set for a changed base, after which it is given up. */
const MAX_RESTARTS = 5;

/** Starts again of a module over all its notes, by their reason. */
export interface Restarts {
  /** For a changed base; in notes of an older version for lost work, too. */
  readonly restarts: number;
  /** For lost work; notes of an older version have none. */
  readonly lost?: number;
}

/** Counts one more. */
export function countRestart({ restarts, lost = 0 }: Restarts, reason: string): Required<Restarts> {
  return {
    restarts: restarts + (reason === 'base-changed' ? 1 : 0),
    lost: lost + (reason === 'work-lost' ? 1 : 0),
  };
}

/**
 * How a module ends that was started again too often; null where it may start once more. `editRestarts` is the setting for
 * a changed base; a task of an older version has none.
 */
export function endOfRestarts(
  { reason, restarts, lost = restarts }: { readonly reason: string } & Restarts,
  editRestarts: number = MAX_RESTARTS,
): {
  readonly outcome: Outcome;
  readonly detail: string;
  readonly failure: FailureType | null;
} | null {
  if (reason === 'work-lost') {
    if (lost <= MAX_RESTARTS) return null;
    const detail = `what it works with went missing from .batch-manager ${lost} times`;
    return { outcome: 'ERROR', detail, failure: 'WorkLost' };
  }
  if (restarts <= (reason === 'base-changed' ? editRestarts : MAX_RESTARTS)) return null;
  return {
    outcome: 'BASE_CHANGED',
    detail: `edited ${restarts === 1 ? 'once' : `${restarts} times`} while it ran`,
    failure: null,
  };
}
