import { expect, test } from 'vitest';
import { nextMove, type Tries } from '../../activities/retry-policy.ts';
import { ModelError } from '../../src/model/model.ts';

test('a rate limit closes the gate for as long as the provider says and never gives up', () => {
  const tries: Tries = {};
  for (let count = 0; count < 50; count += 1) {
    expect(nextMove(new ModelError('rate', 'slow down', { retryAfterMs: 45_837 }), tries)).toMatchObject({
      kind: 'close-gate',
      ms: 45_837,
      reason: 'slow down',
    });
  }
});

test('a quota that says no time closes it for an hour', () => {
  expect(nextMove(new ModelError('quota', 'x'), {})).toMatchObject({ kind: 'close-gate', ms: 3_600_000 });
});

test('a provider that is down is asked six times, ever more slowly, then ends the module', () => {
  const tries: Tries = {};
  const moves = Array.from({ length: 7 }, () => nextMove(new ModelError('provider-down', 'HTTP 503'), tries));
  expect(moves.slice(0, 6)).toMatchObject(
    [1, 2, 4, 8, 16, 32].map((seconds) => ({ kind: 'retry', ms: seconds * 1000 })),
  );
  expect(moves[6]).toMatchObject({ kind: 'fail', error: { type: 'ProviderDown', retryable: false } });
});

test('a daily quota is not over after the 46 s that Gemini names with it', () => {
  expect(nextMove(new ModelError('quota', 'per day', { retryAfterMs: 45_838 }), {})).toMatchObject({
    kind: 'close-gate',
    ms: 3_600_000,
  });
});

test('a provider that is down and asks for a long wait does not get fresh tries by it', () => {
  const tries: Tries = {};
  const moves = Array.from({ length: 7 }, () =>
    nextMove(new ModelError('provider-down', 'x', { retryAfterMs: 600_000 }), tries),
  );
  expect(moves[0]).toMatchObject({ kind: 'retry', ms: 120_000 });
  expect(moves[6]).toMatchObject({ kind: 'fail' });
});

test('tries that were used before a crash count', () => {
  expect(nextMove(new ModelError('network', 'x'), { network: 6 })).toMatchObject({
    kind: 'fail',
    error: { type: 'NetworkDown' },
  });
});

test('a wrong key is not tried again', () => {
  expect(nextMove(new ModelError('auth', 'key not valid'), {})).toMatchObject({
    kind: 'fail',
    error: { type: 'AuthFailed' },
  });
});

test('an error that is no provider fault is passed on', () => {
  const error = new TypeError('bug');
  expect(nextMove(error, {})).toEqual({ kind: 'fail', error });
});
