import { usageError } from '../domain/errors.ts';

/** Providers that a model name may start with. */
export const PROVIDERS = ['google', 'offline'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

export interface ModelName {
  readonly provider: ProviderName;
  /** The name without its provider, as `ModelRequest.model` wants it. */
  readonly model: string;
}

const OFFLINE_MODEL = 'rules-1';
/** Names offered where one was not understood; any other `google/gemini-…` is passed on as it is. */
const SUGGESTED = ['google/gemini-2.5-flash', 'google/gemini-2.5-pro', `offline/${OFFLINE_MODEL}`] as const;
/** The name becomes a part of the request's URL: a slash, a dot pair or a `?` in it would ask another address. */
const MODEL_PATTERN = /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*$/i;

/**
 * Reads a model's name: `google/gemini-2.5-flash`, `gemini-2.5-flash`, `offline/rules-1` or `offline`.
 * Throws UserError (usage) for an unknown provider, a malformed name, or a Gemini generation that Google has shut down.
 */
export function parseModelName(text: string): ModelName {
  const name = text.trim();
  const [first = '', ...rest] = name.split('/');
  if (rest.length > 0) return named(name, first, rest.join('/'));
  if (name.startsWith('gemini-')) return google(name);
  if (name === 'offline' || name === OFFLINE_MODEL) return { provider: 'offline', model: OFFLINE_MODEL };
  throw unknownName(name);
}

/** `provider/model`: how a model stands in settings, records and cache keys. The inverse of `parseModelName`. */
export function formatModelName(name: ModelName): string {
  return `${name.provider}/${name.model}`;
}

function named(name: string, provider: string, model: string): ModelName {
  if (provider === 'google') return google(model);
  if (name === `offline/${OFFLINE_MODEL}`) return { provider: 'offline', model: OFFLINE_MODEL };
  throw unknownName(name);
}

function google(model: string): ModelName {
  if (!MODEL_PATTERN.test(model)) {
    throw usageError(
      `Model name "google/${model}" is malformed: letters, digits, ".", "-" and "_" are allowed. ` +
        `Try --model ${SUGGESTED[0]}.`,
    );
  }
  const successor = successorOf(model);
  if (successor !== null) {
    throw usageError(
      `Model "${model}" is no longer served: Google has shut that generation down. Try --model google/${successor}.`,
    );
  }
  return { provider: 'google', model };
}

/** Said before a call is made: the provider's own answer is a bare "not found". */
function successorOf(model: string): string | null {
  if (!/^gemini-(?:1\.|pro$|pro-vision$|ultra$)/.test(model)) return null;
  return model.includes('flash') ? 'gemini-2.5-flash' : 'gemini-2.5-pro';
}

function unknownName(name: string): Error {
  const list = `Known providers: ${PROVIDERS.join(', ')}; for instance ${SUGGESTED.join(', ')}.`;
  return usageError(`Unknown model "${name}". ${list} Try --model ${nearest(name) ?? SUGGESTED[0]}.`);
}

/** The suggestion that a slip of the hand explains: a misspelt provider keeps its model, a bare name is compared bare. */
function nearest(name: string): string | null {
  const [first = '', ...rest] = name.split('/');
  if (rest.length > 0) {
    const provider = closest(first, PROVIDERS);
    if (provider === 'offline') return `offline/${OFFLINE_MODEL}`;
    return provider !== null && MODEL_PATTERN.test(rest.join('/')) ? `${provider}/${rest.join('/')}` : null;
  }
  const bare = closest(name.toLowerCase(), [...SUGGESTED.map((known) => known.split('/')[1] ?? ''), ...PROVIDERS]);
  return SUGGESTED.find((known) => known.endsWith(`/${bare}`) || known.startsWith(`${bare}/`)) ?? null;
}

function closest<T extends string>(value: string, choices: readonly T[]): T | null {
  const ranked = choices.map((choice) => ({ choice, distance: editDistance(value, choice) }));
  const best = ranked.reduce((a, b) => (b.distance < a.distance ? b : a));
  return best.distance <= Math.max(2, Math.floor(value.length / 3)) ? best.choice : null;
}

/** Levenshtein distance by rows. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
