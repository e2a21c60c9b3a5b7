import fc from 'fast-check';
import { expect, test } from 'vitest';
import { retryAfterMs } from '../../src/model/retry-after.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');

/** A body as Gemini sends it with a 429. */
function retryInfo(retryDelay: unknown): unknown {
  return { error: { details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }] } };
}

test.each<[Record<string, string>, number | null]>([
  [{ 'retry-after-ms': '1500' }, 1500],
  [{ 'retry-after-ms': '1500.2' }, 1501],
  [{ 'retry-after-ms': '40', 'retry-after': '7' }, 40],
  [{ 'retry-after': '7' }, 7000],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': ' 0.25 ' }, 250],
  [{ 'retry-after': 'Fri, 20 Nov 2026 10:01:30 GMT' }, 90_000],
  [{ 'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT' }, 0],
  [{ 'retry-after': '-5' }, null],
  [{ 'retry-after': 'soon' }, null],
  [{ 'retry-after': '' }, null],
  [{ 'retry-after': '9'.repeat(400) }, null],
  [{}, null],
])('headers %j ask for a wait of %s ms', (headers, expected) => {
  expect(retryAfterMs({ headers }, NOW)).toBe(expected);
});

test.each<[unknown, number | null]>([
  ['45.837906927s', 45_838],
  ['16.1s', 16_100],
  ['7s', 7000],
  ['0s', 0],
  ['7', null],
  ['-7s', null],
  ['s', null],
  [7, null],
])('a retryDelay of %j in the body asks for a wait of %s ms', (delay, expected) => {
  expect(retryAfterMs({ body: retryInfo(delay) }, NOW)).toBe(expected);
});

test('a header that cannot be read leaves the word to the body, one that can comes first', () => {
  expect(retryAfterMs({ headers: { 'retry-after': 'soon' }, body: retryInfo('3s') }, NOW)).toBe(3000);
  expect(retryAfterMs({ headers: { 'retry-after': '5' }, body: retryInfo('3s') }, NOW)).toBe(5000);
});

test('whatever stands in headers and body, the wait is null or a whole number from 0', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.anything(), (ms, after, body) => {
      for (const hints of [
        { headers: { 'retry-after-ms': ms, 'retry-after': after }, body },
        { body: retryInfo(body) },
      ]) {
        const wait = retryAfterMs(hints, NOW);
        expect(wait === null || (Number.isSafeInteger(wait) && wait >= 0)).toBe(true);
      }
    }),
  );
});

test('seconds with ns are rounded up by less than one ms', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 86_400 }), fc.integer({ min: 0, max: 999_999_999 }), (seconds, nanos) => {
      const text = `${seconds}.${String(nanos).padStart(9, '0')}s`;
      expect(retryAfterMs({ body: retryInfo(text) }, NOW)).toBe(seconds * 1000 + Math.ceil(nanos / 1_000_000));
    }),
  );
});
