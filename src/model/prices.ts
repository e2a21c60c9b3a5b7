import type { ModelUsage } from './model.ts';

/** What a model costs, USD a million tokens. */
export interface Price {
  readonly input: number;
  readonly output: number;
  /** Input that the provider had in its cache; left out, the price of all input. */
  readonly 'cached-input'?: number | undefined;
}

/** Prices of the settings by `provider/model`: they go before those that are known. */
export type PriceSettings = Readonly<Record<string, Price>>;

/** The cost of a call in USD; null where the model's price or the call's tokens are not known. */
export type PriceOf = (model: string, usage: ModelUsage) => Promise<number | null>;

/** Our provider names that the price list has under the same name. */
const LISTED = new Set(['google', 'anthropic', 'openai', 'openrouter']);

/**
 * Prices by the settings, else by the list of genai-prices, which knows tiers and cached input. Settings that are a function
 * are asked for at each call: a person may add a price while a worker runs.
 */
export function createPrices(settings: PriceSettings | (() => PriceSettings) = {}): PriceOf {
  return async (model, usage) => {
    const { inputTokens, outputTokens, cachedInputTokens } = usage;
    if (isFree(model)) return 0;
    if (inputTokens === null || outputTokens === null) return null;
    const prices = typeof settings === 'function' ? settings() : settings;
    const own = Object.hasOwn(prices, model) ? prices[model] : undefined;
    const cached = Math.min(cachedInputTokens ?? 0, inputTokens);
    if (own !== undefined) {
      const cachedPrice = own['cached-input'] ?? own.input;
      return ((inputTokens - cached) * own.input + cached * cachedPrice + outputTokens * own.output) / 1e6;
    }
    return listed(model, { input_tokens: inputTokens, output_tokens: outputTokens, cache_read_tokens: cached });
  };
}

/** The model by rules, which is part of this program. */
const isFree = (model: string): boolean => model.startsWith('offline/');

async function listed(model: string, usage: Readonly<Record<string, number>>): Promise<number | null> {
  const [providerId = '', ...rest] = model.split('/');
  if (!LISTED.has(providerId)) return null;
  // Two megabytes of prices: loaded at the first call that is priced.
  const { calcPrice } = await import('@pydantic/genai-prices');
  return calcPrice(usage, rest.join('/'), { providerId })?.total_price ?? null;
}

/** Those of some models whose price is not known, each once. */
export async function unpriced(models: readonly string[], priceOf: PriceOf): Promise<string[]> {
  const usage = { inputTokens: 1000, outputTokens: 1000, reasoningTokens: null, cachedInputTokens: null };
  const found: string[] = [];
  for (const model of new Set(models)) if ((await priceOf(model, usage)) === null) found.push(model);
  return found;
}
