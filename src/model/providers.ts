/** The providers whose models are asked over HTTP, and what tells them apart. */

/** Protocols that are spoken; each has its package of the AI SDK. */
export const PROTOCOLS = ['google', 'anthropic', 'openai-compatible'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

export interface HostedProvider {
  readonly protocol: Protocol;
  /** Where it is asked, with the version path. */
  readonly baseURL: string;
  /** Environment variable that names another address; null where there is none by custom. */
  readonly baseURLVariable: string | null;
  /** Environment variables of its key, the recommended one first; none where it is asked without. */
  readonly keyVariables: readonly string[];
  /** Whether a call without a key is of no use. */
  readonly needsKey: boolean;
  /** Whether a reply may be asked for as an object of a schema. */
  readonly structuredOutput: boolean;
}

/** The providers that are known by name. */
export const HOSTED_PROVIDERS = {
  google: {
    protocol: 'google',
    baseURL: 'https://generativelanguage.googleapis.com/v1beta',
    baseURLVariable: 'GOOGLE_GEMINI_BASE_URL',
    keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'],
    needsKey: true,
    structuredOutput: true,
  },
  anthropic: {
    protocol: 'anthropic',
    baseURL: 'https://api.anthropic.com/v1',
    baseURLVariable: 'ANTHROPIC_BASE_URL',
    keyVariables: ['ANTHROPIC_API_KEY'],
    needsKey: true,
    structuredOutput: true,
  },
  openai: {
    protocol: 'openai-compatible',
    baseURL: 'https://api.openai.com/v1',
    baseURLVariable: 'OPENAI_BASE_URL',
    keyVariables: ['OPENAI_API_KEY'],
    needsKey: true,
    structuredOutput: true,
  },
  openrouter: {
    protocol: 'openai-compatible',
    baseURL: 'https://openrouter.ai/api/v1',
    baseURLVariable: 'OPENROUTER_BASE_URL',
    keyVariables: ['OPENROUTER_API_KEY'],
    needsKey: true,
    structuredOutput: false,
  },
  ollama: {
    protocol: 'openai-compatible',
    baseURL: 'http://127.0.0.1:11434/v1',
    baseURLVariable: 'OLLAMA_BASE_URL',
    keyVariables: ['OLLAMA_API_KEY'],
    needsKey: false,
    structuredOutput: false,
  },
  lmstudio: {
    protocol: 'openai-compatible',
    baseURL: 'http://127.0.0.1:1234/v1',
    baseURLVariable: 'LMSTUDIO_BASE_URL',
    keyVariables: ['LMSTUDIO_API_KEY'],
    needsKey: false,
    structuredOutput: false,
  },
  vllm: {
    protocol: 'openai-compatible',
    baseURL: 'http://127.0.0.1:8000/v1',
    baseURLVariable: 'VLLM_BASE_URL',
    keyVariables: ['VLLM_API_KEY'],
    needsKey: false,
    structuredOutput: false,
  },
} as const satisfies Readonly<Record<string, HostedProvider>>;

/** A provider of the settings: another address for a known one, or one of the workspace's own. */
export interface ProviderSettings {
  readonly 'base-url'?: string | undefined;
  readonly protocol?: Protocol | undefined;
  readonly 'key-variable'?: string | undefined;
  readonly 'structured-output'?: boolean | undefined;
}

export type ProvidersSettings = Readonly<Record<string, ProviderSettings>>;

/** A provider by name, with what the settings say of it; null where neither they nor we know it. */
export function hostedProvider(name: string, settings: ProvidersSettings = {}): HostedProvider | null {
  const known: HostedProvider | null = Object.hasOwn(HOSTED_PROVIDERS, name)
    ? HOSTED_PROVIDERS[name as keyof typeof HOSTED_PROVIDERS]
    : null;
  const set = Object.hasOwn(settings, name) ? settings[name] : undefined;
  if (set === undefined) return known;
  const address = set['base-url'];
  if (known === null && address === undefined) return null;
  const variable = set['key-variable'];
  return {
    protocol: set.protocol ?? known?.protocol ?? 'openai-compatible',
    baseURL: address ?? known?.baseURL ?? '',
    // What the settings name comes before the environment's.
    baseURLVariable: address === undefined ? (known?.baseURLVariable ?? null) : null,
    keyVariables: variable === undefined ? (known?.keyVariables ?? []) : [variable],
    needsKey: variable !== undefined || (known?.needsKey ?? false),
    structuredOutput: set['structured-output'] ?? known?.structuredOutput ?? false,
  };
}

/** Names of all providers, those of the settings included. */
export function hostedNames(settings: ProvidersSettings = {}): string[] {
  return [...new Set([...Object.keys(HOSTED_PROVIDERS), ...Object.keys(settings)])];
}
