import { expect, test } from 'vitest';
import { isBetter } from '../../src/domain/better.ts';

const base = { auditPassed: false, errors: 3, score: 7 };

test.each([
  ['fewer errors', { errors: 2 }, true],
  ['a higher score', { score: 7.1 }, true],
  ['no change', {}, false],
  ['a higher score with more errors', { score: 9.5, errors: 4 }, false],
  ['fewer errors with a lower score', { errors: 0, auditPassed: true, score: 6.9 }, false],
])('%s: better is %s', (_, change, better) => {
  expect(isBetter(base, { ...base, ...change })).toBe(better);
});

test('an audit that passed must go on passing', () => {
  expect(isBetter({ ...base, auditPassed: true }, { ...base, score: 9 })).toBe(false);
});
