import { expect, test } from 'vitest';
import { moduleText, wholeGateOf } from './texts.ts';

test.each([
  ['naturalness: {score: 9, status: PASS}', 'pass', '9/10 (High)'],
  ['naturalness: {score: 7, status: pass}', 'pass', '7/10 (Medium)'],
  ['naturalness: {score: 5, status: PASS}', 'pass', '5/10 (Low)'],
  ['naturalness: {score: 1, status: PENDING}', 'fail', '1/10 (PENDING) - Naturalness check required'],
  ['naturalness: {score: 9}', 'fail', '9/10 (PENDING) - Naturalness check required'],
  ['naturalness: {score: 4, status: FAIL}', 'fail', '4/10 (FAIL) - not found natural'],
  ['naturalness: high', 'fail', '0/10 (PENDING) - Naturalness check required'],
  ['level: B1', 'fail', '0/10 (PENDING) - Naturalness check required'],
  [': [', 'fail', '0/10 (PENDING) - Naturalness check required'],
])('a meta of %s: %s, %s', (meta, status, message) => {
  expect(wholeGateOf('naturalness', moduleText({ meta }))).toMatchObject({ status, message });
});
