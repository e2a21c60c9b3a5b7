import type { GeminiServer } from '../helpers/gemini-server.ts';

/** Replies that came whole, beyond the first to each prompt. */
export function repliesAgain(server: GeminiServer): number {
  const whole = server.requests.filter(({ endedAt }) => endedAt !== null);
  return whole.length - new Set(whole.map(({ prompt }) => prompt)).size;
}
