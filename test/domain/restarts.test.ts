import { expect, test } from 'vitest';
import { countRestart, endOfRestarts, type Restarts } from '../../src/domain/restarts.ts';

const after = (...reasons: readonly string[]): Restarts =>
  reasons.reduce<Restarts>((count, reason) => countRestart(count, reason), { restarts: 0 });
const times = (count: number, reason: string): string[] => Array.from({ length: count }, () => reason);

test('five starts again for each reason, not for both together', () => {
  const both = after(...times(5, 'base-changed'), ...times(5, 'work-lost'), 'quota', 'paused');
  expect(both).toEqual({ restarts: 5, lost: 5 });
  for (const reason of ['base-changed', 'work-lost', 'quota']) expect(endOfRestarts({ reason, ...both })).toBeNull();
  const lost = countRestart(both, 'work-lost');
  expect(endOfRestarts({ reason: 'work-lost', ...lost })).toEqual({
    outcome: 'ERROR',
    detail: 'what it works with went missing from .batch-manager 6 times',
    failure: 'WorkLost',
  });
  const edited = countRestart(both, 'base-changed');
  expect(endOfRestarts({ reason: 'base-changed', ...edited })).toEqual({
    outcome: 'BASE_CHANGED',
    detail: 'edited 6 times while it ran',
    failure: null,
  });
});

test('the setting counts for edits only', () => {
  expect(endOfRestarts({ reason: 'base-changed', ...after('base-changed') }, 0)?.detail).toBe(
    'edited once while it ran',
  );
  expect(endOfRestarts({ reason: 'work-lost', ...after('work-lost') }, 0)).toBeNull();
});

test('a note of an older version, which has one count for both, is judged as it was then', () => {
  expect(endOfRestarts({ reason: 'work-lost', restarts: 6 })).toMatchObject({ failure: 'WorkLost' });
  expect(endOfRestarts({ reason: 'work-lost', restarts: 5 })).toBeNull();
  expect(endOfRestarts({ reason: 'base-changed', restarts: 6 })).toMatchObject({ outcome: 'BASE_CHANGED' });
  expect(countRestart({ restarts: 3 }, 'work-lost')).toEqual({ restarts: 3, lost: 1 });
});
