import { expect, test } from 'vitest';
import { OUTCOME_NAMES } from '../../src/domain/outcome.ts';
import { countStatuses, openStatuses, setStatus, statusAt } from '../../src/domain/status-string.ts';

test('every outcome has a character of its own', () => {
  const statuses = OUTCOME_NAMES.reduce(
    (all, outcome, index) => setStatus(all, index, outcome),
    openStatuses(OUTCOME_NAMES.length),
  );
  expect(new Set(statuses).size).toBe(OUTCOME_NAMES.length);
  expect(OUTCOME_NAMES.map((_, index) => statusAt(statuses, index))).toEqual(OUTCOME_NAMES);
});

test('counts leave out what has not ended', () => {
  const statuses = setStatus(setStatus(openStatuses(4), 0, 'FIXED'), 2, 'FIXED');
  expect(countStatuses(statuses)).toEqual({ FIXED: 2 });
  expect(countStatuses(setStatus(statuses, 0, null))).toEqual({ FIXED: 1 });
});
