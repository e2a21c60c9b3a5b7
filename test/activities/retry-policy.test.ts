import { expect, test } from 'vitest';
import { nextMove, type Circumstances, type Move, type Tries } from '../../activities/retry-policy.ts';
import { Outages } from '../../src/concurrency/outages.ts';
import { ModelError, type ModelErrorClass } from '../../src/model/model.ts';

const HOUR_MS = 3_600_000;

/** How long the gate is closed after so many refusals in a row; null where it is not closed. */
function closedFor(move: Move, refusals: number): number | null {
  return move.kind === 'close-gate' ? move.gate.waitMs(refusals) : null;
}

const refused = (errorClass: ModelErrorClass, retryAfterMs: number | null = null): ModelError =>
  new ModelError(errorClass, 'no', { retryAfterMs });

test('a rate limit closes the gate for as long as the provider says and never gives up', () => {
  for (let count = 0; count < 50; count += 1) expect(closedFor(nextMove(refused('rate', 95_837), {}), 1)).toBe(95_837);
});

test.each([0, 1, null])('a rate limit that asks to wait %s ms is waited for by our own back-off', (asked) => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 80].map((refusals) => closedFor(nextMove(refused('rate', asked), {}), refusals));
  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  // The call's own refusals count, too, where others are let through between them.
  const tries: Tries = {};
  expect([1, 2, 3].map(() => closedFor(nextMove(refused('rate', asked), tries), 1))).toEqual([1000, 2000, 4000]);
});

test.each<[ModelErrorClass, number | null]>([
  ['rate', 2e12],
  ['rate', Number.MAX_SAFE_INTEGER],
  ['quota', 9e12],
  ['quota', null],
  // Gemini names some 45 s with a quota of the day.
  ['quota', 45_838],
  ['quota', 0],
])('a %s that asks for %s ms closes the gate for an hour, and one asks again then', (errorClass, asked) => {
  expect(closedFor(nextMove(refused(errorClass, asked), {}), 1)).toBe(HOUR_MS);
});

/**
 * What becomes of a call that fails again and again; `answered` says before which failures another call was answered. `others`
 * are calls that fail with it.
 */
function failures(
  errorClass: ModelErrorClass,
  count: number,
  answered: (n: number) => boolean,
  others: readonly string[] = [],
): Move[] {
  const outages = new Outages();
  const tries: Tries = {};
  for (const other of others) outages.failed('gate', other);
  return Array.from({ length: count }, (_, n) => {
    if (answered(n)) outages.answered(['gate'], 'another');
    const circumstances: Circumstances = { sight: outages.failed('gate', 'this') };
    return nextMove(refused(errorClass), tries, circumstances);
  });
}

test.each(['provider-down', 'network'] as const)('%s is asked three times more, then its gate closes', (errorClass) => {
  const moves = failures(errorClass, 5, () => false);
  expect(moves.slice(0, 3)).toEqual([1, 2, 4].map((seconds) => ({ kind: 'retry', ms: seconds * 1000 })));
  expect(moves.slice(3)).toMatchObject(
    [1, 2].map(() => ({ kind: 'close-gate', of: errorClass === 'network' ? 'address' : 'model' })),
  );
  const [, , , closing] = moves;
  const waits = [1, 2, 3, 4, 5, 6, 7, 100].map((probe) => closing && closedFor(closing, probe));
  expect(waits).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
});

test('one that asks for all closes the gate again with its first failure', () => {
  const sight = new Outages().failed('gate', 'this');
  expect(nextMove(refused('network'), {}, { sight, isProbe: true })).toMatchObject({ kind: 'close-gate' });
});

test('a request that fails alone while others are answered ends its module, and no gate', () => {
  const moves = failures('provider-down', 7, (n) => n > 0);
  expect(moves.slice(0, 6).map(({ kind }) => kind)).toEqual(Array(6).fill('retry'));
  expect(moves[6]).toMatchObject({ kind: 'fail', error: { type: 'ProviderDown', retryable: false } });
});

test('the last request that fails ends its module, although nobody is left to be answered beside it', () => {
  const moves = failures('provider-down', 9, (n) => n === 1);
  expect(moves.map(({ kind }) => kind)).toEqual([
    ...Array(4).fill('retry'),
    ...Array(3).fill('close-gate'),
    'fail',
    'fail',
  ]);
});

test('an outage that comes and goes does not end a module', () => {
  const moves = failures('provider-down', 40, (n) => n % 20 === 19, ['one more']);
  expect(moves.map(({ kind }) => kind)).not.toContain('fail');
});

test('a 503 that asks for a long wait is waited for two minutes at most within the call', () => {
  const sight = new Outages().failed('gate', 'this');
  expect(nextMove(refused('provider-down', 600_000), {}, { sight })).toEqual({ kind: 'retry', ms: 120_000 });
});

test.each<[ModelErrorClass, string]>([
  ['auth', 'AuthFailed'],
  ['account', 'AccountRefused'],
  ['model', 'ModelNotFound'],
  ['setup', 'NotCallable'],
])('%s concerns all modules: it ends none', (errorClass, failure) => {
  expect(nextMove(refused(errorClass), {})).toEqual({ kind: 'block', failure });
});

test('a request that is refused for itself ends its module', () => {
  expect(nextMove(refused('bad-request'), {})).toMatchObject({ kind: 'fail', error: { type: 'BadRequest' } });
});

test('an error that is no provider fault is passed on', () => {
  const error = new TypeError('bug');
  expect(nextMove(error, {})).toEqual({ kind: 'fail', error });
});
