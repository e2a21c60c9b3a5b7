import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OPERATION_NAMES } from '../../src/domain/operation.ts';
import { buildTaskId, parseTaskId } from '../../src/domain/task-id.ts';

test('a task id has the form of the original guide', () => {
  const at = new Date('2026-02-14T12:00:00Z');
  expect(buildTaskId({ operation: 'research', track: 'b2-hist', start: 1, end: 10, at })).toBe(
    'research-b2-hist-1-10-20260214120000',
  );
});

test('a task id reads back as it was built, whatever hyphens and digits the track has', () => {
  const track = fc.stringMatching(/^[a-z][a-z0-9]*(-[a-z0-9]+){0,3}$/);
  const number = fc.integer({ min: 1, max: 99_999 });
  const seconds = fc.integer({ min: 1_600_000_000, max: 4_000_000_000 });
  fc.assert(
    fc.property(
      fc.constantFrom(...OPERATION_NAMES),
      track,
      number,
      number,
      seconds,
      (operation, name, start, end, second) => {
        const parts = { operation, track: name, start, end, at: new Date(second * 1000) };
        expect(parseTaskId(buildTaskId(parts))).toEqual(parts);
      },
    ),
  );
});

test.each(['', 'latest', 'fix-review-b1-1-20', 'other-b1-1-20-20260214120000'])('%j is no task id', (text) => {
  expect(parseTaskId(text)).toBeUndefined();
});
