/** How a person gets out of a command that waits. */
import type { UserError } from '../domain/errors.ts';

/**
 * Ctrl-C and `kill`. Where its terminal is closed (SIGHUP) a command simply dies: there is nobody left to tell, and Node
 * aborts with a core dump where it exits by itself without the terminal that it had.
 */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Calls a listener at each of these until the returned function is called. They are added by `on`: the exit hook of
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
