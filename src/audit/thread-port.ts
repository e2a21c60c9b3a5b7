import { parentPort } from 'node:worker_threads';
import { TypedError } from '../domain/failure.ts';
import type { ThreadRequest, ThreadResponse } from './long-lived-thread.ts';

/** What an entry does with a request; its parameter says what is asked of that entry. */
type Answer = (asked: never) => unknown;

/** Answers each request that comes to this thread; an error that is thrown goes back as a text. */
export function answerRequests(answer: Answer): void {
  parentPort?.on('message', (request: ThreadRequest<never>) => void respond(request, answer));
}

async function respond({ id, asked }: ThreadRequest<never>, answer: Answer): Promise<void> {
  let response: ThreadResponse<unknown>;
  try {
    response = { id, answer: await answer(asked) };
  } catch (error) {
    response = { id, failure: reasonOf(error) };
  }
  parentPort?.postMessage(response);
}

/** An error of our own is told in words, any other with its place. */
function reasonOf(error: unknown): string {
  if (error instanceof TypedError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
