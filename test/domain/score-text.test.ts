import { expect, test } from 'vitest';
import { scoreText } from '../../src/domain/score-text.ts';

test.each([
  [9, '9.0'],
  [9.2, '9.2'],
  [8.98, '8.98'],
  [8.999, '8.99'],
  [8.9999999, '8.99'],
  [9.96, '9.96'],
  [9.999, '9.99'],
  [10, '10.0'],
  [0, '0.0'],
  [1e-7, '0.0'],
  [9.204, '9.2'],
])('%d reads as %s: never as more than it is', (score, text) => {
  expect(scoreText(score)).toBe(text);
});
