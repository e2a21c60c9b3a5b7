/** The AI SDK's model for each protocol. Packages are imported at the first call: loading them costs 170 ms and more. */
import type { LanguageModel } from 'ai';
import type { Protocol } from './providers.ts';

export interface ProtocolOptions {
  /** Provider name as in `openrouter/…`. */
  readonly provider: string;
  /** Empty where there is none. */
  readonly key: string;
  readonly baseURL: string;
  readonly fetch: typeof fetch;
  /** Name of the model, as the provider knows it. */
  readonly model: string;
}

const LOADERS: Record<Protocol, (options: ProtocolOptions) => Promise<LanguageModel>> = {
  google: async ({ key, baseURL, fetch, model }) => {
    const { createGoogleGenerativeAI } = await import('@ai-sdk/google');
    return createGoogleGenerativeAI({ apiKey: key, baseURL, fetch })(model);
  },
  anthropic: async ({ key, baseURL, fetch, model }) => {
    const { createAnthropic } = await import('@ai-sdk/anthropic');
    return createAnthropic({ apiKey: key, baseURL, fetch })(model);
  },
  'openai-compatible': async ({ provider, key, baseURL, fetch, model }) => {
    const { createOpenAICompatible } = await import('@ai-sdk/openai-compatible');
    const auth = key === '' ? {} : { apiKey: key };
    // Asked for or not is decided for each call; without this flag a schema would never be sent.
    return createOpenAICompatible({ name: provider, baseURL, fetch, supportsStructuredOutputs: true, ...auth })(model);
  },
};

export function languageModel(protocol: Protocol, options: ProtocolOptions): Promise<LanguageModel> {
  return LOADERS[protocol](options);
}

/** The version path of each protocol, added to an address that has none. */
export const VERSION_PATHS: Record<Protocol, string> = {
  google: '/v1beta',
  anthropic: '/v1',
  'openai-compatible': '/v1',
};
