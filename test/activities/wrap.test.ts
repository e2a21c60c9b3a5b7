import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { toFailure } from '../../activities/wrap.ts';
import { StopRequest } from '../../src/concurrency/gates.ts';
import { usageError } from '../../src/domain/errors.ts';
import { TypedError } from '../../src/domain/failure.ts';

const wire = (error: unknown, attempt = 1) => {
  const failure = toFailure(error, attempt);
  return failure instanceof ApplicationFailure
    ? { type: failure.type, nonRetryable: failure.nonRetryable }
    : failure.name;
};

test('a stop is final, so that an abort before the cancel arrived is not retried', () => {
  expect(wire(new StopRequest())).toEqual({ type: 'Stopped', nonRetryable: true });
});

test('a cancel of the server passes as it is', () => {
  expect(wire(new CancelledFailure('cancelled'))).toBe('CancelledFailure');
});

test('our own errors keep their type and say whether a retry is of use', () => {
  expect(wire(new TypedError('DiskFull', 'x', { retryable: true }))).toEqual({ type: 'DiskFull', nonRetryable: false });
  expect(wire(new TypedError('AuthFailed', 'x'))).toEqual({ type: 'AuthFailed', nonRetryable: true });
  expect(wire(usageError('x'))).toEqual({ type: 'BadRequest', nonRetryable: true });
});

test('a folder that may not be written is final, a busy one is not', () => {
  expect(wire(Object.assign(new Error('x'), { code: 'EACCES' }))).toEqual({ type: 'BadRequest', nonRetryable: true });
  expect(wire(Object.assign(new Error('x'), { code: 'EBUSY' }))).toEqual({ type: 'Bug', nonRetryable: false });
});

test('a full disk is waited out, whatever was to be written', () => {
  const full = Object.assign(new Error('x'), { code: 'ENOSPC' });
  expect(wire(full, 9)).toEqual({ type: 'DiskFull', nonRetryable: false });
});

test('an error that we do not know is not repeated for ever', () => {
  expect(wire(new TypeError('x'), 4)).toEqual({ type: 'Bug', nonRetryable: false });
  expect(wire(new TypeError('x'), 5)).toEqual({ type: 'Bug', nonRetryable: true });
});

test('messages in history are short and have no cause', () => {
  const failure = toFailure(new Error('x'.repeat(5000), { cause: new Error('a whole prompt') }), 1);
  expect(failure.message).toHaveLength(1000);
  expect(failure.cause).toBeUndefined();
});
