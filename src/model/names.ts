import { usageError } from '../domain/errors.ts';
import type { ClisSettings } from './cli/template.ts';
import { cliNames, cliTemplate } from './cli/templates.ts';
import { hostedNames, hostedProvider, type ProvidersSettings } from './providers.ts';

export interface ModelName {
  /** A hosted provider's name, `offline` or `cli`. */
  readonly provider: string;
  /** The name without its provider, as `ModelRequest.model` wants it; for `cli` the command's name, and its model if one is named. */
  readonly model: string;
}

/** Settings that bring models of their own. */
export interface ModelSettings {
  readonly providers?: ProvidersSettings | undefined;
  readonly clis?: ClisSettings | undefined;
}

/** The provider of all agent CLIs. */
export const CLI = 'cli';
const OFFLINE_MODEL = 'rules-1';
/** Names offered where one was not understood; any other name of a known provider is passed on as it is. */
const SUGGESTED = ['google/gemini-2.5-flash', 'google/gemini-2.5-pro', `offline/${OFFLINE_MODEL}`] as const;
/** Google's name becomes a part of the request's URL: a slash, a dot pair or a `?` in it would ask another address. */
const PATH_PATTERN = /^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*$/i;
/** The others' stand in the request's body: `qwen3:8b`, `anthropic/claude-sonnet-4.5`, `org/model@2026-01`. */
const BODY_PATTERN = /^[a-z0-9][\w.:@+/-]*$/i;

/**
 * Reads a model's name: `google/gemini-2.5-flash`, `gemini-2.5-flash`, `claude-…`, `ollama/qwen3:8b`, `offline/rules-1` or
 * `offline`, `cli/gemini`, `cli/gemini/gemini-2.5-pro`.
 * Throws UserError (usage) for an unknown provider, a malformed name, or a Gemini generation that Google has shut down.
 */
export function parseModelName(text: string, { providers = {}, clis = {} }: ModelSettings = {}): ModelName {
  const name = text.trim();
  const [first = '', ...rest] = name.split('/');
  if (first === CLI) return cliModel(rest.join('/'), clis);
  if (rest.length > 0) return named(name, [first, rest.join('/')], providers, clis);
  if (name.startsWith('gemini-')) return google(name);
  if (name.startsWith('claude-')) return inBody('anthropic', name);
  if (name === 'offline' || name === OFFLINE_MODEL) return { provider: 'offline', model: OFFLINE_MODEL };
  throw unknownName(name, providers, clis);
}

/** `provider/model`: how a model stands in settings, records and cache keys. The inverse of `parseModelName`. */
export function formatModelName(name: ModelName): string {
  return `${name.provider}/${name.model}`;
}

/** The two parts of `claude/opus`, the model's name behind `cli/`; the second is empty where the command takes its own model. */
export function splitCliName(model: string): { readonly command: string; readonly model: string } {
  const [command = '', ...rest] = model.split('/');
  return { command, model: rest.join('/') };
}

const commandNames = (clis: ClisSettings): readonly string[] => cliNames(clis).map((name) => `${CLI}/${name}`);

/** The name behind `cli/`, of a command that is known and takes the model. */
function cliModel(name: string, clis: ClisSettings): ModelName {
  const { command, model } = splitCliName(name);
  const template = cliTemplate(command, clis);
  const known = commandNames(clis).join(', ');
  if (template === null) {
    throw usageError(
      `Unknown agent CLI "${CLI}/${name}". Known: ${known}; others are made known by "clis" in batch-manager.yaml (docs/agent-clis.md). Try --model ${CLI}/gemini.`,
    );
  }
  if (model === '' && name === command) return { provider: CLI, model: name };
  if (template.model === undefined) {
    throw usageError(
      `"${CLI}/${name}" names a model, and clis.${command}.model does not say how the command takes one. Try --model ${CLI}/${command}.`,
    );
  }
  if (BODY_PATTERN.test(model)) return { provider: CLI, model: name };
  throw usageError(`Model name "${CLI}/${name}" is malformed. Try --model ${CLI}/${command}.`);
}

function named(
  name: string,
  [provider, model]: readonly [string, string],
  providers: ProvidersSettings,
  clis: ClisSettings,
): ModelName {
  const spec = hostedProvider(provider, providers);
  if (spec?.protocol === 'google') return provider === 'google' ? google(model) : inPath(provider, model);
  if (spec !== null) return inBody(provider, model);
  if (name === `offline/${OFFLINE_MODEL}`) return { provider: 'offline', model: OFFLINE_MODEL };
  throw unknownName(name, providers, clis);
}

function google(model: string): ModelName {
  const successor = successorOf(model);
  if (successor === null) return inPath('google', model);
  throw usageError(
    `Model "${model}" is no longer served: Google has shut that generation down. Try --model google/${successor}.`,
  );
}

function inPath(provider: string, model: string): ModelName {
  if (PATH_PATTERN.test(model)) return { provider, model };
  throw usageError(
    `Model name "${provider}/${model}" is malformed: letters, digits, ".", "-" and "_" are allowed. ` +
      `Try --model ${SUGGESTED[0]}.`,
  );
}

function inBody(provider: string, model: string): ModelName {
  if (BODY_PATTERN.test(model)) return { provider, model };
  throw usageError(
    `Model name "${provider}/${model}" is malformed: write it as the provider does, for instance ${EXAMPLES[provider] ?? `${provider}/model`}.`,
  );
}

const EXAMPLES: Readonly<Record<string, string>> = {
  anthropic: 'anthropic/claude-sonnet-4-5',
  openai: 'openai/gpt-5-mini',
  openrouter: 'openrouter/google/gemini-2.5-flash',
  ollama: 'ollama/qwen3:8b',
};

/** Said before a call is made: the provider's own answer is a bare "not found". */
function successorOf(model: string): string | null {
  if (!/^gemini-(?:1\.|pro$|pro-vision$|ultra$)/.test(model)) return null;
  return model.includes('flash') ? 'gemini-2.5-flash' : 'gemini-2.5-pro';
}

function unknownName(name: string, providers: ProvidersSettings, clis: ClisSettings): Error {
  const known = [...hostedNames(providers), 'offline'];
  const list = `Known providers: ${[...known, ...commandNames(clis)].join(', ')}; for instance ${SUGGESTED.join(', ')}.`;
  return usageError(`Unknown model "${name}". ${list} Try --model ${nearest(name, known) ?? SUGGESTED[0]}.`);
}

/** The suggestion that a slip of the hand explains: a misspelt provider keeps its model, a bare name is compared bare. */
function nearest(name: string, known: readonly string[]): string | null {
  const [first = '', ...rest] = name.split('/');
  if (rest.length > 0) {
    const provider = closest(first, known);
    if (provider === 'offline') return `offline/${OFFLINE_MODEL}`;
    const pattern = provider === 'google' ? PATH_PATTERN : BODY_PATTERN;
    return provider !== null && pattern.test(rest.join('/')) ? `${provider}/${rest.join('/')}` : null;
  }
  const bare = closest(name.toLowerCase(), [
    ...SUGGESTED.map((suggested) => suggested.split('/')[1] ?? ''),
    'google',
    'offline',
  ]);
  return SUGGESTED.find((suggested) => suggested.endsWith(`/${bare}`) || suggested.startsWith(`${bare}/`)) ?? null;
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
