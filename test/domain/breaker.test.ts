import { expect, test } from 'vitest';
import { countEnd, NOTHING_SEEN, tripped, type BreakerCount } from '../../src/domain/breaker.ts';
import type { FailureType } from '../../src/domain/failure.ts';
import type { Outcome } from '../../src/domain/outcome.ts';

type End = readonly [outcome: Outcome, failure?: FailureType];

const after = (...ends: readonly End[]): BreakerCount =>
  ends.reduce((count, [outcome, failure = null]) => countEnd(count, { outcome, failure }), NOTHING_SEEN);
const times = (count: number, end: End): End[] => Array.from({ length: count }, () => end);

test('the same failure of what all depend on, so many times in a row, trips it', () => {
  const down = times(4, ['ERROR', 'ProviderDown']);
  expect(tripped(after(...down), { breaker: 5 })).toBeNull();
  expect(tripped(after(...down, ['ERROR', 'ProviderDown']), { breaker: 5 })).toEqual({
    wait: 'breaker',
    text: '5 modules in a row ended with provider-down',
  });
  expect(tripped(after(...down, ['FIXED'], ['ERROR', 'ProviderDown']), { breaker: 5 })).toBeNull();
  expect(tripped(after(...down, ['ERROR', 'NetworkDown']), { breaker: 5 })).toBeNull();
  expect(tripped(after(...times(50, ['ERROR', 'ProviderDown'])), { breaker: 0 })).toBeNull();
});

test('what a module does wrong by itself does not, nor what a person stopped', () => {
  expect(tripped(after(...times(50, ['ERROR', 'BadRequest'])), { breaker: 5 })).toBeNull();
  expect(tripped(after(...times(50, ['FAIL_AFTER_RETRIES'])), { breaker: 5 })).toBeNull();
  const stopped: End[] = [['ERROR', 'DiskFull'], ['STOPPED'], ['SKIPPED'], ['ERROR', 'DiskFull']];
  expect(tripped(after(...stopped), { breaker: 2 })).toEqual({
    wait: 'breaker',
    text: '2 modules in a row ended with disk-full',
  });
});

test('a share of failures trips it from three on, of those that ended', () => {
  expect(tripped(after(...times(2, ['STUCK'])), { halt: 30 })).toBeNull();
  expect(tripped(after(...times(3, ['STUCK']), ...times(7, ['FIXED'])), { halt: 30 })).toEqual({
    wait: 'halt',
    text: '3 of 10 modules failed, 30 % were allowed',
  });
  expect(tripped(after(...times(3, ['STUCK']), ...times(8, ['FIXED'])), { halt: 30 })).toBeNull();
  expect(tripped(after(...times(3, ['STUCK']), ...times(9, ['STOPPED'])), { halt: 30 })).toEqual({
    wait: 'halt',
    text: '3 of 3 modules failed, 30 % were allowed',
  });
});
