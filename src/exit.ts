import { UserError, type ErrorKind } from './domain/errors.ts';

/** Exit codes, the only list of them; docs/commands.md says the same to users. */
export const EXIT = { ok: 0, failed: 1, usage: 2, stopped: 3, engine: 4, notFound: 5, running: 8 } as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const CODES: Record<ErrorKind, ExitCode> = {
  usage: EXIT.usage,
  failed: EXIT.failed,
  engine: EXIT.engine,
  'not-found': EXIT.notFound,
};

/** The message and the exit code of an error. Only an error of our own making is shown without its stack. */
export function exitFor(error: unknown): { readonly message: string; readonly code: ExitCode } {
  if (error instanceof UserError) return { message: error.message, code: CODES[error.kind] };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { message: `Unexpected error; please report it with what you did.\n${text}`, code: EXIT.failed };
}
