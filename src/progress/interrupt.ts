/** How a person, or the end of a terminal, gets out of a command that waits. */
import type { UserError } from '../domain/errors.ts';

/** Ctrl-C, `kill`, and a terminal that was closed. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls a listener at each of these signals until the returned function is called. They are added by `on`: the exit hook of
 * the live view ends the process where it finds itself the only listener, and a `once` is gone when it looks.
 */
export function onInterrupt(listener: () => void): () => void {
  for (const signal of SIGNALS) process.on(signal, listener);
  return () => {
    for (const signal of SIGNALS) process.removeListener(signal, listener);
  };
}

/**
 * Waits for an action, which goes on by itself where a person does not.
 * @throws what `left` says, at the first such signal.
 */
export async function unlessInterrupted<T>(action: Promise<T>, left: () => UserError | Promise<UserError>): Promise<T> {
  let off = (): void => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    off = onInterrupt(() => void Promise.resolve(left()).then(reject));
  });
  try {
    return await Promise.race([action, interrupted]);
  } finally {
    off();
  }
}
