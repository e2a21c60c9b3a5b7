import { UserError, type ErrorKind } from './domain/errors.ts';
import { TypedError } from './domain/failure.ts';
import { systemErrorText } from './system-error.ts';

/** Exit codes, the only list of them; docs/commands.md says the same to users. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  stopped: 3,
  engine: 4,
  notFound: 5,
  running: 8,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const CODES: Record<ErrorKind, ExitCode> = {
  usage: EXIT.usage,
  failed: EXIT.failed,
  engine: EXIT.engine,
  'not-found': EXIT.notFound,
  interrupted: EXIT.interrupted,
  detached: EXIT.running,
};

/** The message and the exit code of an error. Its stack is shown only where neither we nor the system said what is wrong. */
export function exitFor(error: unknown): { readonly message: string; readonly code: ExitCode } {
  if (error instanceof UserError) return { message: error.message, code: CODES[error.kind] };
  const system = error instanceof TypedError && error.type !== 'Bug' ? error.message : systemErrorText(error);
  if (system !== null) return { message: system, code: EXIT.failed };
  // Its class is in Temporal's client, which most commands do not load.
  if (error instanceof Error && error.name === 'ServiceError')
    return {
      message: `Temporal does not answer: ${error.message}.\nLook closer: batch-manager doctor`,
      code: EXIT.engine,
    };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `Unexpected error; please report it with what you did.\n${text}`, code: EXIT.failed };
}
