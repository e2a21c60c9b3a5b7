import type { GeminiRecord, GeminiServer } from '../helpers/gemini-server.ts';

/** A reply that left the model so short a time before a kill may not have been on disk yet, on a busy machine, ms. */
const JUST_LEFT_MS = 500;

/** Prompts that were asked for. */
export const distinct = (server: GeminiServer): Set<string> => new Set(server.requests.map(({ prompt }) => prompt));

/** Requests beyond the first of each prompt. */
export const extra = (server: GeminiServer): number => server.requests.length - distinct(server).size;

/** Prompts asked more than once, by the module that they are about, with how often. */
export function duplicates(server: GeminiServer): Record<string, number> {
  const counts = new Map<string, GeminiRecord[]>();
  for (const request of server.requests) counts.set(request.prompt, [...(counts.get(request.prompt) ?? []), request]);
  const repeated = [...counts.values()].filter((requests) => requests.length > 1);
  return Object.fromEntries(repeated.map((requests) => [nameOf(requests[0]), requests.length]));
}

const nameOf = (request: GeminiRecord | undefined): string =>
  `${moduleOf(request?.prompt ?? '')} ${askOf(request?.prompt ?? '')} #${request?.n ?? 0}`;

/** What a prompt asks for. */
export const askOf = (prompt: string): 'fix' | 'review' => (prompt.includes('===CONTENT_START===') ? 'fix' : 'review');

/** The module that a prompt of the tiny workspace is about: the prompt of research names those before it, too. */
export const moduleOf = (prompt: string): string =>
  /the module `?tiny\/(\d{3,}-module)/.exec(prompt)?.[1] ?? /\b\d{3,}-module\b/.exec(prompt)?.[0] ?? '';

/** Requests that were out between two moments, or whose reply had only just left: those that a kill then may cost. */
export function inHand(server: GeminiServer, from: number, to: number = from): number {
  return server.requests.filter(({ startedAt, endedAt, abortedAt }) => {
    const over = endedAt ?? abortedAt;
    return startedAt <= to && (over === null || over >= from - JUST_LEFT_MS);
  }).length;
}
