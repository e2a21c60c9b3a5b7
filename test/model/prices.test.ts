import { expect, test } from 'vitest';
import { createPrices } from '../../src/model/prices.ts';

const usage = (inputTokens: number | null, outputTokens: number | null, cachedInputTokens: number | null = null) => ({
  inputTokens,
  outputTokens,
  reasoningTokens: null,
  cachedInputTokens,
});

test('known models are priced by the list, with tiers and cached input', async () => {
  const priceOf = createPrices();
  // USD a million: 0.30 in, 2.50 out, 0.03 from the cache; 2.5-pro 2.50 in and 15 out above 200,000.
  expect(await priceOf('google/gemini-2.5-flash', usage(1_000_000, 100_000))).toBeCloseTo(0.55, 6);
  expect(await priceOf('google/gemini-2.5-flash', usage(1_000_000, 0, 1_000_000))).toBeLessThan(0.1);
  expect(await priceOf('google/gemini-2.5-pro', usage(250_000, 1000))).toBeCloseTo(0.64, 6);
});

test('a price of the settings goes before the list, and serves a model that is not in it', async () => {
  const priceOf = createPrices({
    'google/gemini-2.5-flash': { input: 1, output: 2 },
    'work/model-1': { input: 10, output: 20, 'cached-input': 1 },
  });
  expect(await priceOf('google/gemini-2.5-flash', usage(1_000_000, 1_000_000))).toBe(3);
  expect(await priceOf('work/model-1', usage(1_000_000, 0, 500_000))).toBe(5.5);
});

test('an unknown model, a server on this machine and a call without counts have no price; the offline model is free', async () => {
  const priceOf = createPrices();
  expect(await priceOf('google/gemini-99-ultra-unheard-of', usage(1, 1))).toBeNull();
  expect(await priceOf('ollama/qwen3:8b', usage(1, 1))).toBeNull();
  expect(await priceOf('google/gemini-2.5-flash', usage(null, 5))).toBeNull();
  expect(await priceOf('offline/rules-1', usage(null, null))).toBe(0);
});
