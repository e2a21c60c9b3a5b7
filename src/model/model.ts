/**
 * The one interface that every model provider implements. A call is pure: text in, text out; it touches no file.
 * Retries of a library are switched off; a provider throws `ModelError` with its class and the caller decides.
 */

/** What the reply is wanted for. `again` is the second try of a reply that could not be read. */
export type Ask = 'review' | 'fix' | 'research' | 'again';

export interface ModelRequest {
  readonly ask: Ask;
  /** Model name without its provider: `gemini-2.5-flash`, `rules-1`. */
  readonly model: string;
  readonly prompt: string;
  /**
   * The reply is to be a review of the shipped form: a provider that has structured output may ask for its parts as an object,
   * and gives them back in the form of a text.
   */
  readonly reviewForm?: boolean;
  /** Aborts the call at once: the provider closes its socket and rejects with the signal's reason. */
  readonly signal: AbortSignal;
}

/** Tokens of one call; null where the provider does not say. */
export interface ModelUsage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly cachedInputTokens: number | null;
}

export type FinishReason = 'stop' | 'length' | 'content-filter' | 'other';

export interface ModelReply {
  readonly text: string;
  readonly finishReason: FinishReason;
  readonly usage: ModelUsage;
}

export interface Model {
  /** Provider name as in `google/gemini-2.5-flash`. */
  readonly provider: string;
  /** Asks once. Rejects with ModelError, or with `signal.reason` once the signal is aborted. */
  ask(request: ModelRequest): Promise<ModelReply>;
  /**
   * What a rate limit or a quota of this model is told by: provider, address, key and model, as a hash; null for a model that
   * asks nobody to wait.
   */
  gate(model: string): string | null;
  /** The same for what concerns all models at its address: a network or a host that is down. */
  addressGate(): string | null;
  /** What is missing before a call can be made (a key, a program), as the failure that the call would be; null when ready. */
  missing(): ModelError | null;
  /** For people who look whether all is there: program and version of a model that is a program. */
  version?(): Promise<string>;
}

/**
 * Why a call failed. `rate` and `quota` pass with time, `provider-down` and `network` with the outage; `auth`, `account`,
 * `model` and `setup` concern all calls of the model until a person mends them; `bad-request` concerns this request alone.
 */
export const MODEL_ERROR_CLASSES = [
  'quota',
  'rate',
  'auth',
  'account',
  'model',
  'setup',
  'provider-down',
  'network',
  'bad-request',
] as const;
export type ModelErrorClass = (typeof MODEL_ERROR_CLASSES)[number];

/** A call that failed for a reason outside of the reply's text. The message is safe to log: no prompt, no key, at most 500 characters. */
export class ModelError extends Error {
  readonly errorClass: ModelErrorClass;
  /** How long the provider asks to wait, in ms; null where it does not say. */
  readonly retryAfterMs: number | null;
  /** Whether the provider may have worked and be paid for it: an answer was cut, or came and cannot be read. */
  readonly mayCost: boolean;

  constructor(
    errorClass: ModelErrorClass,
    message: string,
    options: { retryAfterMs?: number | null; mayCost?: boolean } = {},
  ) {
    super(message.slice(0, 500));
    this.name = 'ModelError';
    this.errorClass = errorClass;
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.mayCost = options.mayCost ?? errorClass === 'network';
  }
}
