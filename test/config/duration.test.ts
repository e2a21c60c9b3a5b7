import { expect, test } from 'vitest';
import { readAge, readDuration } from '../../src/config/duration.ts';

test.each([
  ['90s', 90_000],
  ['12m', 720_000],
  ['12 m', 720_000],
  ['12 Minutes', 720_000],
  ['1.5h', 5_400_000],
  ['1h30m', 5_400_000],
  ['1d 2h 3m 4s 5ms', 93_784_005],
  ['250ms', 250],
  ['24d', 24 * 86_400_000],
  ['0', 0],
  ['0.0', 0],
  ['0s', 0],
])('%s is %i ms', (text, expected) => {
  expect(readDuration(text, '--x')).toBe(expected);
});

test.each([
  ['5', '--x needs a unit, such as 5s or 5m, but got "5"'],
  ['1.5', 'such as 1.5s or 1.5m, but got "1.5"'],
  ['5000', 'needs a unit'],
  ['-5s', 'must be a duration such as 90s, 12m, 1.5h or 1h30m, but got "-5s"'],
  ['-5', 'got "-5"'],
  ['', 'got ""'],
  [' ', 'got " "'],
  ['NaN', 'got "NaN"'],
  ['Infinity', 'got "Infinity"'],
  ['1e3s', 'got "1e3s"'],
  ['5 parsecs', 'got "5 parsecs"'],
  ['5sx', 'got "5sx"'],
  ['30m1h', 'got "30m1h"'],
  ['5s5s', 'got "5s5s"'],
  ['1h30', 'got "1h30"'],
  ['5µs', 'got "5µs"'],
  ['25d', '--x must be 24d at most, or 0 for no limit, but got "25d"'],
  ['9999999999999999999h', 'got "9999999999999999999h"'],
])('"%s" is refused with the value that was got', (text, message) => {
  expect(() => readDuration(text, '--x')).toThrow(message);
});

test('an age may be longer than any timer', () => {
  expect(readAge('400d', '--older-than')).toBe(400 * 86_400_000);
});
