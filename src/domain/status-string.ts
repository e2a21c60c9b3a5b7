import { OUTCOME_NAMES, type Outcome } from './outcome.ts';

/** A module that has not ended. */
const OPEN = '.';

const charOf = (outcome: Outcome): string => String.fromCharCode(97 + OUTCOME_NAMES.indexOf(outcome));

/** The statuses of a plan of `total` modules of which none has ended. */
export function openStatuses(total: number): string {
  return OPEN.repeat(total);
}

/** Sets one module's outcome; null opens it again. */
export function setStatus(statuses: string, index: number, outcome: Outcome | null): string {
  return statuses.slice(0, index) + (outcome === null ? OPEN : charOf(outcome)) + statuses.slice(index + 1);
}

/** Gives all modules that have none this outcome. */
export function endOpen(statuses: string, outcome: Outcome): string {
  return statuses.replaceAll(OPEN, charOf(outcome));
}

/** The outcome at an index; null where the module has not ended or is not in the plan. */
export function statusAt(statuses: string, index: number): Outcome | null {
  const char = statuses[index];
  return char === undefined || char === OPEN ? null : (OUTCOME_NAMES[char.charCodeAt(0) - 97] ?? null);
}

/** How many modules ended with each outcome. */
export function countStatuses(statuses: string): Partial<Record<Outcome, number>> {
  const counts: Partial<Record<Outcome, number>> = {};
  for (let index = 0; index < statuses.length; index += 1) {
    const outcome = statusAt(statuses, index);
    if (outcome !== null) counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}
