/** A model on loopback that fails every lesson once: each module costs three calls, a review, a fix and a review that passes. */
import { parseFiles } from '../src/domain/files-block.ts';
import { DIMENSIONS } from '../src/domain/review.ts';
import type { GeminiReply } from '../test/helpers/gemini-reply.ts';
import { startGeminiServer, type GeminiServer } from '../test/helpers/gemini-server.ts';

/** Calls that a module takes. */
export const CALLS_A_MODULE = 3;

/** The line by which the second review tells that the lesson was mended. */
const MARK = 'Додане речення.';

export interface ModelServer {
  readonly gemini: GeminiServer;
  /** Time to the first byte of an answer, ms; may be set anew at any time. */
  latencyMs: number;
  /** Most answers that were being waited for at a time; may be set back to 0. */
  mostWaiting: number;
  /** What each call is refused with, instead of an answer; null: none is. */
  refusal: (() => GeminiReply) | null;
}

export async function startModelServer(latencyMs = 0): Promise<ModelServer> {
  const model: Omit<ModelServer, 'gemini'> = { latencyMs, mostWaiting: 0, refusal: null };
  let waiting = 0;
  const gemini = await startGeminiServer(({ prompt }) => {
    if (model.refusal !== null) return model.refusal();
    const text = answer(prompt);
    if (model.latencyMs === 0) return { text };
    waiting += 1;
    model.mostWaiting = Math.max(model.mostWaiting, waiting);
    // Before the server's own timer of the same length, so before the client can send its next call.
    setTimeout(() => (waiting -= 1), model.latencyMs).unref();
    return { text, delayMs: model.latencyMs };
  });
  return Object.assign(model, { gemini });
}

/** Whether this is the call after which a module passes. */
export const isLastCall = (prompt: string): boolean => prompt.includes(MARK);

function answer(prompt: string): string {
  if (prompt.includes('===CONTENT_START===')) {
    const lesson = parseFiles(prompt)?.files.lesson ?? '';
    return `===CONTENT_START===\n${lesson.trimEnd()}\n\n${MARK}\n===CONTENT_END===\n===CHANGES_START===\na sentence\n===CHANGES_END===\n`;
  }
  return isLastCall(prompt) ? review(9.5, 'PASS') : review(7, 'FAIL');
}

function review(score: number, status: string): string {
  const rows = DIMENSIONS.map(({ name }, index) => `| ${index + 1} | ${name} | ${score}/10 | <7 | as seen |`);
  return [
    '===REVIEW_START===',
    '# Review: a module',
    '',
    `**Overall Score:** ${score}/10`,
    `**Status:** ${status}`,
    '',
    '## Scores',
    '',
    '| # | Dimension | Score | Auto-fail | Evidence |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
    '## Critical Issues',
    '',
    ...(status === 'FAIL' ? ['### Issue 1: a sentence is missing', '', '- **Fix**: add it', ''] : []),
    '## Verdict',
    '',
    `**${status}**`,
    '===REVIEW_END===',
    '',
  ].join('\n');
}
