/** What a module needs where no module of its kind has run yet: by rule of thumb, so that a forecast says at least the order. */
import { CHARACTERS_A_TOKEN, USUAL_REPLY } from './cost.ts';
import type { Operation } from './operation.ts';

/** Tokens of what stands in a prompt beside the module. */
const INSTRUCTIONS = 1500;

/** Tokens that a model writes in a second. */
export const ASSUMED_TOKENS_A_SECOND = 100;

export interface AssumedCall {
  readonly ask: 'review' | 'fix' | 'research';
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The calls of a module of so many characters that takes so many rounds: fixes, or tries of its research. */
export function assumedCalls(operation: Operation, rounds: number, characters: number): AssumedCall[] {
  const text = Math.ceil(characters / CHARACTERS_A_TOKEN);
  const call = (ask: AssumedCall['ask'], outputTokens: number): AssumedCall => ({
    ask,
    inputTokens: text + INSTRUCTIONS,
    outputTokens,
  });
  const review = call('review', USUAL_REPLY);
  const research = Array.from({ length: Math.max(1, rounds) }, () => call('research', USUAL_REPLY));
  const fixes = Array.from({ length: rounds }, () => [call('fix', text), review]).flat();
  return [...(operation === 'fix-review' ? [] : research), ...(operation === 'research' ? [] : [review, ...fixes])];
}

/** How long it takes, ms. */
export const assumedMs = ({ outputTokens }: AssumedCall): number => (outputTokens / ASSUMED_TOKENS_A_SECOND) * 1000;
