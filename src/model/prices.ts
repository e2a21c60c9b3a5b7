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

/** Prices by the settings, else by the list of genai-prices, which knows tiers and cached input. */
export function createPrices(settings: PriceSettings = {}): PriceOf {
  return async (model, usage) => {
    const { inputTokens, outputTokens, cachedInputTokens } = usage;
    if (model.startsWith('offline/')) return 0;
    if (inputTokens === null || outputTokens === null) return null;
    const own = Object.hasOwn(settings, model) ? settings[model] : undefined;
    const cached = cachedInputTokens ?? 0;
    if (own !== undefined) {
      const cachedPrice = own['cached-input'] ?? own.input;
      return ((inputTokens - cached) * own.input + cached * cachedPrice + outputTokens * own.output) / 1e6;
    }
    const [providerId = '', ...rest] = model.split('/');
    if (!LISTED.has(providerId)) return null;
    // Two megabytes of prices: loaded at the first call that is priced.
    const { calcPrice } = await import('@pydantic/genai-prices');
    const tokens = { input_tokens: inputTokens, output_tokens: outputTokens, cache_read_tokens: cached };
    return calcPrice(tokens, rest.join('/'), { providerId })?.total_price ?? null;
  };
}
