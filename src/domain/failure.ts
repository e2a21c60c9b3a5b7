/**
 * Types of the failures that cross Temporal. They are matched by this string, never by `instanceof`: a replayed failure is
 * revived as another class.
 */
export const FAILURE_TYPES = [
  'Stopped',
  'RateLimited',
  'QuotaExhausted',
  'AuthFailed',
  'AccountRefused',
  'ModelNotFound',
  'NotCallable',
  'ProviderDown',
  'NetworkDown',
  'BadRequest',
  'BaseChanged',
  'DiskFull',
  'AuditCrashed',
  'WorkLost',
  'Bug',
] as const;
export type FailureType = (typeof FAILURE_TYPES)[number];

/** An error of our own code that has one of the failure types; the activity wrapper turns it into an ApplicationFailure. */
export class TypedError extends Error {
  readonly type: FailureType;
  /** Whether the same call may succeed later without anybody doing something about it. */
  readonly retryable: boolean;

  constructor(type: FailureType, message: string, options: { retryable?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = type;
    this.type = type;
    this.retryable = options.retryable ?? false;
  }
}
