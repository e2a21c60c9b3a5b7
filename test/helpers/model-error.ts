import { inspect } from 'node:util';
import { expect } from 'vitest';
import { ModelError } from '../../src/model/model.ts';

/** The error that a call ends with, checked to be a ModelError that shows none of the secrets at any depth. */
export async function modelErrorOf(call: Promise<unknown>, secrets: readonly string[]): Promise<ModelError> {
  const error: unknown = await call.then(
    () => new Error('the call did not fail'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof ModelError)) throw new Error('no ModelError', { cause: error });
  const shown = inspect(error, { depth: 20, showHidden: true });
  for (const secret of secrets) expect(shown).not.toContain(secret);
  expect(error.message.length).toBeLessThanOrEqual(500);
  return error;
}
