import { MAX_TOKENS } from '../domain/cost.ts';
import type { ModelUsage } from './model.ts';

/**
 * What a provider says that a call used: `counted`; `missing` where it says nothing, or that the prompt had no token; `odd`
 * where a count cannot be: negative, a fraction, or more than any model takes.
 */
export type UsageKind = 'counted' | 'missing' | 'odd';

export function usageKind({ inputTokens, outputTokens, cachedInputTokens }: ModelUsage): UsageKind {
  const counts = [inputTokens, outputTokens, cachedInputTokens].filter((count) => count !== null);
  if (!counts.every(isCount)) return 'odd';
  return inputTokens === null || inputTokens === 0 || outputTokens === null ? 'missing' : 'counted';
}

/** The usage without what cannot be. */
export function believedUsage(usage: ModelUsage): ModelUsage {
  const believed = (count: number | null): number | null => (isCount(count) ? count : null);
  return {
    inputTokens: believed(usage.inputTokens),
    outputTokens: believed(usage.outputTokens),
    reasoningTokens: believed(usage.reasoningTokens),
    cachedInputTokens: believed(usage.cachedInputTokens),
  };
}

const isCount = (count: number | null): boolean =>
  count !== null && Number.isSafeInteger(count) && count >= 0 && count <= MAX_TOKENS;
