import { createHash } from 'node:crypto';
import type { LanguageModel, LanguageModelUsage } from 'ai';
import { UserError } from '../domain/errors.ts';
import { isKey } from './credentials.ts';
import { toModelError } from './error-class.ts';
import {
  ModelError,
  type FinishReason,
  type Model,
  type ModelReply,
  type ModelRequest,
  type ModelUsage,
} from './model.ts';
import { languageModel, VERSION_PATHS } from './protocols.ts';
import { AS_OBJECT, reviewText } from './review-object.ts';
import { refusesSchema, reviewOutput } from './review-output.ts';
import { hostedProvider, type HostedProvider } from './providers.ts';
import { fetchThrough } from './proxied-fetch.ts';
import { proxyFor, type Proxy } from './proxy.ts';

export interface HostedOptions {
  /** Provider name as in `google/gemini-2.5-flash`. */
  readonly provider: string;
  readonly spec: HostedProvider;
  /** The key, asked for at each call; null where there is none. May throw UserError. */
  apiKey(): string | null;
  /** Where the key is looked for, in words: part of the message when it is missing or refused. */
  readonly keyHelp: string;
  /** Where the variables of the base URL and of proxies are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Ready {
  readonly key: string;
  readonly baseURL: string;
  /** Through which it is asked; null where it is asked directly. */
  readonly proxy: Proxy | null;
}

/**
 * A provider's models over HTTP. One request an `ask`, but for a model that is found to refuse a schema: the library's retries
 * are off. Temperature and length are left to the provider's defaults.
 */
export function createHostedModel(options: HostedOptions): Model {
  const ready = (): Ready => {
    const baseURL = resolveBaseURL(options);
    return { key: requireKey(options), baseURL, proxy: proxyFor(baseURL, options.env) };
  };
  /** Models that were found to refuse a schema. */
  const withoutSchema = new Set<string>();
  return {
    provider: options.provider,
    ask: (request) => ask(request, ready, options, withoutSchema),
    gate: (model) => gateKey([options.provider, addressOf(options).text, keyOrNone(options), model]),
    addressGate: () => gateKey([options.provider, addressOf(options).text]),
    missing() {
      try {
        readyForCall(ready);
        return null;
      } catch (error) {
        if (error instanceof ModelError) return error;
        throw error;
      }
    },
  };
}

function gateKey(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}

/** A key that is wrong has a gate, too: its call says what is wrong. */
function keyOrNone(options: HostedOptions): string {
  try {
    return options.apiKey() ?? '';
  } catch (error) {
    if (error instanceof UserError) return '';
    throw error;
  }
}

async function ask(
  request: ModelRequest,
  ready: () => Ready,
  options: HostedOptions,
  withoutSchema: Set<string>,
): Promise<ModelReply> {
  const { signal, prompt } = request;
  const { provider, spec, keyHelp } = options;
  signal.throwIfAborted();
  const { key, baseURL, proxy } = readyForCall(ready);
  try {
    const fetch = proxy === null ? patientFetch : await fetchThrough(proxy, baseURL);
    const sdk = { provider, key, baseURL, fetch, model: request.model };
    const model = await languageModel(spec.protocol, sdk);
    signal.throwIfAborted();
    const asObject = request.reviewForm === true && spec.structuredOutput && !withoutSchema.has(request.model);
    const reply = asObject ? await askForObject(model, request, withoutSchema) : await askForText(model, request);
    signal.throwIfAborted();
    return reply;
  } catch (error) {
    // An abort comes in many forms (AbortError, a network error, the reason): the signal itself is asked first.
    signal.throwIfAborted();
    const { origin } = new URL(baseURL);
    throw toModelError(error, { provider, origin, proxy, prompt, key, keyHelp, now: Date.now() });
  }
}

async function askForText(model: LanguageModel, { prompt, signal }: ModelRequest): Promise<ModelReply> {
  const { generateText } = await import('ai');
  const result = await generateText({ model, prompt, maxRetries: 0, abortSignal: signal });
  return { text: result.text, finishReason: finishReason(result.finishReason), usage: usage(result.usage) };
}

/**
 * A review asked for as an object, and given back as a text. What a model answers all the same in another form is given as it
 * is: it is read as strictly as any text. A model that refuses a schema is asked for a text, now and from then on.
 */
async function askForObject(
  model: LanguageModel,
  request: ModelRequest,
  withoutSchema: Set<string>,
): Promise<ModelReply> {
  try {
    const { generateText } = await import('ai');
    const prompt = request.prompt + AS_OBJECT;
    const output = await reviewOutput();
    const result = await generateText({ model, prompt, output, maxRetries: 0, abortSignal: request.signal });
    const text = reviewText(result.text) ?? result.text;
    return { text, finishReason: finishReason(result.finishReason), usage: usage(result.usage) };
  } catch (error) {
    if (request.signal.aborted || !refusesSchema(error)) throw error;
    withoutSchema.add(request.model);
    return askForText(model, request);
  }
}

/** Key and address for a call: whatever is wrong with the key's place is an error of class auth. */
function readyForCall(ready: () => Ready): Ready {
  try {
    return ready();
  } catch (error) {
    throw error instanceof UserError ? new ModelError('auth', error.message) : error;
  }
}

/** The key; empty where the provider is asked without one. */
function requireKey({ provider, spec, keyHelp, ...options }: HostedOptions): string {
  const key = options.apiKey() ?? '';
  if (key === '' && !spec.needsKey) return '';
  if (key === '') throw new ModelError('auth', `${provider} has no API key. Set one of: ${keyHelp}`);
  if (!isKey(key)) {
    throw new ModelError(
      'auth',
      `${provider}'s API key holds a space or a character that no key has. Set it anew: ${keyHelp}`,
    );
  }
  return key;
}

/** The address as it is set, not checked, and where: by the variable where that says one, else by the settings or the provider. */
function addressOf({ provider, spec, env }: HostedOptions): { readonly text: string; readonly place: string } {
  const variable = spec.baseURLVariable;
  const named = variable === null ? '' : (env[variable]?.trim() ?? '');
  return variable === null || named === ''
    ? { text: spec.baseURL, place: `base-url of ${provider} in batch-manager.yaml` }
    : { text: named, place: variable };
}

/** Throws ModelError (setup) for what is no address; a version path (`/v1beta`) is added where there is none. */
function resolveBaseURL(options: HostedOptions): string {
  const { provider, spec } = options;
  const { text, place } = addressOf(options);
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    // What stands before an @ may be a password.
    const shown = text.includes('@') ? 'an address with a user name' : `"${text}"`;
    const example = hostedProvider(provider)?.baseURL ?? 'https://example.org/v1';
    throw new ModelError('setup', `${place} is ${shown}, not a plain http(s) address. Set it like ${example}`);
  }
  const path = url.pathname.replace(/\/+$/, '');
  return url.origin + (/\/v\d\w*$/.test(path) ? path : `${path}${VERSION_PATHS[spec.protocol]}`);
}

function finishReason(reason: string): FinishReason {
  return reason === 'stop' || reason === 'length' || reason === 'content-filter' ? reason : 'other';
}

function usage(used: LanguageModelUsage): ModelUsage {
  return {
    inputTokens: used.inputTokens ?? null,
    outputTokens: used.outputTokens ?? null,
    reasoningTokens: used.outputTokenDetails.reasoningTokens ?? null,
    cachedInputTokens: used.inputTokenDetails.cacheReadTokens ?? null,
  };
}

interface Dispatcher {
  dispatch(options: object, handler: unknown): boolean;
}

/**
 * fetch without its own time limits and without redirects. Node's fetch gives up when no header came for 300 s, which a long
 * thinking call does take: the caller's signal is the limit. A redirect would carry the key's header to another host.
 */
const patientFetch: typeof fetch = (input, init) => {
  const inner = globalDispatcher();
  const dispatcher: Dispatcher | undefined = inner && {
    dispatch: (options, handler) => inner.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler),
  };
  return fetch(input, { ...init, redirect: 'manual', ...(dispatcher && { dispatcher }) } as RequestInit);
};

/** The dispatcher that fetch uses: it is wrapped, not replaced, so that a proxy set for the process is kept. */
function globalDispatcher(): Dispatcher | undefined {
  // Node makes it when the first of fetch's classes is used.
  void new Response(null);
  return (globalThis as unknown as Record<symbol, Dispatcher | undefined>)[Symbol.for('undici.globalDispatcher.1')];
}
