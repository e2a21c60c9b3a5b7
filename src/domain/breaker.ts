/** When a batch pauses by itself, because it is of no use to go on. Pure. */
import { failedClass, INFRASTRUCTURE, moduleFailed } from './failed.ts';
import type { FailureType } from './failure.ts';
import type { Outcome } from './outcome.ts';

/** What the breaker has seen since it was last reset. */
export interface BreakerCount {
  /** The failure with which the last modules ended, and how many in a row. */
  readonly failure: FailureType | null;
  readonly inARow: number;
  readonly ended: number;
  readonly failed: number;
}

export const NOTHING_SEEN: BreakerCount = { failure: null, inARow: 0, ended: 0, failed: 0 };

/** Failed modules below which a share says nothing: as with GNU parallel's --halt. */
const FEWEST_FAILED = 3;

/** Takes up the end of a module. */
export function countEnd(
  count: BreakerCount,
  { outcome, failure }: { readonly outcome: Outcome; readonly failure: FailureType | null },
): BreakerCount {
  // What a person stopped tells nothing.
  if (outcome === 'STOPPED' || outcome === 'SKIPPED') return count;
  const infrastructure = failure !== null && INFRASTRUCTURE.has(failure) ? failure : null;
  const inARow = infrastructure === null ? 0 : infrastructure === count.failure ? count.inARow + 1 : 1;
  const failed = count.failed + (moduleFailed(outcome) ? 1 : 0);
  return { failure: infrastructure, inARow, ended: count.ended + 1, failed };
}

/** Why a batch pauses by itself. */
export interface Tripped {
  readonly wait: 'breaker' | 'halt';
  /** For people. */
  readonly text: string;
}

/**
 * Why the batch is to pause; null where it goes on. `breaker` is a number of modules in a row that ended with the same failure
 * of what they depend on, `halt` a percentage of the ended modules that failed; 0 turns either off.
 */
export function tripped(
  { failure, inARow, ended, failed }: BreakerCount,
  { breaker = 0, halt = 0 }: { readonly breaker?: number; readonly halt?: number },
): Tripped | null {
  if (breaker > 0 && failure !== null && inARow >= breaker)
    return {
      wait: 'breaker',
      text: `${inARow} modules in a row ended with ${failedClass({ outcome: 'ERROR', failure })}`,
    };
  if (halt > 0 && failed >= FEWEST_FAILED && failed * 100 >= halt * ended)
    return { wait: 'halt', text: `${failed} of ${ended} modules failed, ${halt} % were allowed` };
  return null;
}
