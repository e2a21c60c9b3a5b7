import { expect, test } from 'vitest';
import { waitIn } from '../../src/model/cli/wait.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const [SECOND, MINUTE, HOUR] = [1000, 60_000, 3_600_000];

test.each([
  ['Error: 429. Please retry after 7s.', 7 * SECOND],
  ['"retryDelay": "45.837906927s"', 45_838],
  ['retry-after: 30', 30 * SECOND],
  ['Retry in 1500 ms', 1500],
  ['Try again in 2 hours 5 minutes.', 2 * HOUR + 5 * MINUTE],
  ['Try again in 1h30m', 90 * MINUTE],
  ['Your limit resets in 3 hours', 3 * HOUR],
  ['The limit resets at 2026-11-24T18:30:00Z', 6.5 * HOUR],
  [`Claude AI usage limit reached|${NOW / 1000 + 3600}`, HOUR],
  ['Try again in 400 days', 8 * 24 * HOUR],
])('"%s" asks to wait %i ms', (text, ms) => {
  expect(waitIn(text, NOW)).toBe(ms);
});

test.each([
  'Something is wrong.',
  'Your limit resets 3pm (Europe/Berlin)',
  'Retry after 0s',
  'Retrying in 3 attempts',
  'The limit was reset at 2026-11-24T06:00:00Z',
  `limit reached|${NOW / 1000 - 3600}`,
])('"%s" does not say how long', (text) => {
  expect(waitIn(text, NOW)).toBeNull();
});
