import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { StopRequest } from '../src/concurrency/gates.ts';
import { UserError } from '../src/domain/errors.ts';
import { TypedError } from '../src/domain/failure.ts';

/** Length of a message in history, in characters. */
const MESSAGE = 1000;

/** Attempts of an error that we do not know, after which it ends the module: a deterministic one must not go on for ever. */
const UNKNOWN_ATTEMPTS = 5;

/** File system errors that no retry mends. */
const FINAL_CODES = new Set(['EACCES', 'EPERM', 'EROFS', 'EISDIR', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP']);

/** Those that somebody mends by making space. */
const FULL_CODES = new Set(['ENOSPC', 'EDQUOT']);

/** How long a failure waits for what removes a workspace to come to the file that says so, ms; a step has two seconds in all. */
const REMOVAL_MS = 500;

/**
 * Wraps activities so that each error reaches history as one of our failure types, cut short and with no cause.
 * @param stillHere ends the process where the workspace is no longer the worker's: a failure that comes from its removal must
 * not count against a module.
 */
export function wrapAll<T extends object>(activities: T, stillHere: () => void = () => undefined): T {
  const wrapped = Object.entries(activities).map(([name, run]) => [
    name,
    async (...args: unknown[]): Promise<unknown> => {
      try {
        return await (run as (...args: unknown[]) => Promise<unknown>)(...args);
      } catch (error) {
        if (mayBeRemoval(error)) {
          await sleep(REMOVAL_MS);
          stillHere();
        }
        throw toFailure(error, activityInfo().attempt);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as T;
}

/** Whether an error may come from files that are just being removed: lost work, or anything that nobody expected. */
function mayBeRemoval(error: unknown): boolean {
  if (error instanceof TypedError)
    return error.type === 'WorkLost' || error.type === 'Bug' || error.type === 'BadRequest';
  return !(error instanceof CancelledFailure || error instanceof ApplicationFailure || error instanceof StopRequest);
}

/** What is thrown to Temporal for an error. Exported for its test. */
export function toFailure(error: unknown, attempt: number): Error {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  if (error instanceof StopRequest) {
    // Not a CancelledFailure: thrown before the server's cancel arrives it would count as retryable.
    const category = ApplicationFailureCategory.BENIGN;
    return ApplicationFailure.create({ type: 'Stopped', nonRetryable: true, category, message: 'stopped' });
  }
  const message = (error instanceof Error ? error.message : String(error)).slice(0, MESSAGE);
  if (error instanceof TypedError) return failure(error.type, message, !error.retryable);
  if (error instanceof UserError) return failure('BadRequest', message, true);
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code !== undefined && FINAL_CODES.has(code)) return failure('BadRequest', message, true);
  // Also where a log or a token was to be written: a full disk is waited out, it must not end a module after some tries.
  if (code !== undefined && FULL_CODES.has(code)) return failure('DiskFull', message, false);
  return failure('Bug', message, attempt >= UNKNOWN_ATTEMPTS);
}

const failure = (type: string, message: string, nonRetryable: boolean): ApplicationFailure =>
  ApplicationFailure.create({ type, message, nonRetryable });
