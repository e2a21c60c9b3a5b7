import { setTimeout as sleep } from 'node:timers/promises';

/** How often a server that does not answer is asked again, ms. */
const AGAIN_MS = 1000;

/** gRPC codes of a server that did not answer: DEADLINE_EXCEEDED and UNAVAILABLE. */
const NO_ANSWER: ReadonlySet<unknown> = new Set([4, 14]);

/** Whether an error says that the server did not answer, and nothing of what was asked. */
export function isUnanswered(error: unknown): boolean {
  let current: unknown = error;
  for (let depth = 0; depth < 6 && current instanceof Error; depth += 1) {
    const { code, message, cause } = current as Error & { code?: unknown };
    if (NO_ANSWER.has(code) || /failed to connect before the deadline/i.test(message)) return true;
    current = cause;
  }
  return false;
}

/** Does something as soon as the server answers; `onSilence` is called once where that takes more than one try. */
export async function onceAnswered<T>(action: () => Promise<T>, onSilence: () => void): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await action();
    } catch (error) {
      if (!isUnanswered(error)) throw error;
      if (tries === 0) onSilence();
      await sleep(AGAIN_MS);
    }
  }
}
