/**
 * What can go wrong for the person at the command line. One kind, one exit code (src/exit.ts). A message says what happened,
 * the value that was got, and the next command to type.
 */
export type ErrorKind = 'usage' | 'failed' | 'engine' | 'not-found' | 'interrupted' | 'detached';

export class UserError extends Error {
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.kind = kind;
  }
}

/** Wrong flag, range, track or settings: exit code 2. */
export const usageError = (message: string): UserError => new UserError('usage', message);
/** The engine cannot be reached or had: exit code 4. */
export const engineError = (message: string, cause?: unknown): UserError => new UserError('engine', message, { cause });
/** No such task or module: exit code 5. */
export const notFoundError = (message: string): UserError => new UserError('not-found', message);
/** Ctrl-C before there was anything that goes on: exit code 130. */
export const interruptedError = (message: string): UserError => new UserError('interrupted', message);
/** Ctrl-C, and what was begun goes on by itself: exit code 8. */
export const detachedError = (message: string): UserError => new UserError('detached', message);
/** Anything else that a person can act on: exit code 1. */
export const failedError = (message: string, cause?: unknown): UserError => new UserError('failed', message, { cause });
