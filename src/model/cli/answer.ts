import { stripVTControlCharacters } from 'node:util';
import type { FinishReason, ModelReply, ModelUsage } from '../model.ts';
import { record } from '../retry-after.ts';
import { sumAt, valuesAt } from './json-path.ts';
import type { CliTemplate } from './template.ts';

/** What a command's output says. */
export type CliAnswer =
  | { readonly kind: 'reply'; readonly reply: ModelReply }
  /** It says itself that the call failed, with its words where it has some. */
  | { readonly kind: 'failed'; readonly message: string | null }
  | { readonly kind: 'unreadable'; readonly reason: string };

/** A command that counts no tokens. */
export const NO_USAGE: ModelUsage = {
  inputTokens: null,
  outputTokens: null,
  reasoningTokens: null,
  cachedInputTokens: null,
};

/** The providers' words for how a reply ended. */
const FINISHED: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  end_turn: 'stop',
  endturn: 'stop',
  stop_sequence: 'stop',
  completed: 'stop',
  success: 'stop',
  length: 'length',
  max_tokens: 'length',
  max_output_tokens: 'length',
  content_filter: 'content-filter',
  safety: 'content-filter',
  refusal: 'content-filter',
  prohibited_content: 'content-filter',
  recitation: 'content-filter',
};

/** Errors that tell of the reply, not of the call: asked again it would end in the same way. */
const NAMED_ENDS: readonly (readonly [FinishReason, RegExp])[] = [
  ['content-filter', /\bblocked\b.{0,40}\b(?:safety|policy|filter)|prohibited.?content|content.?(?:filter|policy)/i],
  ['length', /output token (?:maximum|limit)|max(?:imum)?[ _]output[ _]tokens|max_tokens/i],
];

/** Reads a command's standard output as its template says. */
export function readAnswer(stdout: string, template: CliTemplate): CliAnswer {
  if (template.output === 'text') return textAnswer(stdout);
  const lines = template.output === 'json' ? [parseOne(stdout)] : stdout.split('\n').map(parse);
  const values = lines.filter((value) => value !== undefined);
  if (values.length === 0) return { kind: 'unreadable', reason: stdout.trim() === '' ? 'no output' : 'no JSON' };
  return jsonAnswer(values, template);
}

/** A command's JSON error, which some print where they print no reply; null where a text has none. */
export function toldError(output: string, { error }: CliTemplate): string | null {
  const value = error === undefined ? undefined : parseOne(output);
  return value === undefined ? null : messageOf(lastOf([value], error ?? ''));
}

function textAnswer(stdout: string): CliAnswer {
  if (stdout.includes('\0')) return { kind: 'unreadable', reason: 'bytes that are no text' };
  const text = stripVTControlCharacters(stdout);
  if (text.trim() === '') return { kind: 'unreadable', reason: 'no output' };
  return { kind: 'reply', reply: { text, finishReason: 'stop', usage: NO_USAGE } };
}

function jsonAnswer(values: readonly unknown[], template: CliTemplate): CliAnswer {
  const text = lastOf(values, template.text ?? 'text');
  const error = template.error === undefined ? undefined : lastOf(values, template.error);
  if (error !== undefined && error !== false && error !== '') {
    const message = messageOf(error) ?? (typeof text === 'string' ? text : null);
    const ended = message === null ? undefined : NAMED_ENDS.find(([, words]) => words.test(message))?.[0];
    if (ended === undefined) return { kind: 'failed', message };
    return { kind: 'reply', reply: { text: '', finishReason: ended, usage: usageOf(values, template) } };
  }
  if (typeof text !== 'string')
    return { kind: 'unreadable', reason: `JSON without a text at ${template.text ?? 'text'}` };
  const ended = finishReason(values, template);
  if (text.trim() === '' && ended === 'stop') return { kind: 'unreadable', reason: 'an empty text' };
  return { kind: 'reply', reply: { text, finishReason: ended, usage: usageOf(values, template) } };
}

function finishReason(values: readonly unknown[], template: CliTemplate): FinishReason {
  const path = template['finish-reason'];
  const told = path === undefined ? undefined : lastOf(values, path);
  if (typeof told !== 'string') return 'stop';
  return FINISHED[told.toLowerCase().replaceAll('-', '_')] ?? 'other';
}

function usageOf(values: readonly unknown[], { usage = {} }: CliTemplate): ModelUsage {
  const last = (paths: Parameters<typeof sumAt>[1]): number | null =>
    values.map((value) => sumAt(value, paths)).findLast((sum) => sum !== null) ?? null;
  return {
    inputTokens: last(usage.input),
    outputTokens: last(usage.output),
    reasoningTokens: last(usage.reasoning),
    cachedInputTokens: last(usage.cached),
  };
}

/** What the path leads to in the last value that has it: of several events the last one counts. */
function lastOf(values: readonly unknown[], path: string): unknown {
  return values.flatMap((value) => valuesAt(value, path)).at(-1);
}

function messageOf(error: unknown): string | null {
  if (typeof error === 'string') return error === '' ? null : error;
  const { message } = record(error);
  return typeof message === 'string' ? message : null;
}

/** Lines at which a JSON value is looked for to begin: notices and stack traces stand before it, at times with braces of their own. */
const STARTS = 50;

/** The JSON value of an output: the whole of it, or the first that goes from a line with an opening brace to the last closing one. */
function parseOne(output: string): unknown {
  const whole = parse(output);
  if (whole !== undefined) return whole;
  const end = output.lastIndexOf('}') + 1;
  for (const { index } of [...output.matchAll(/^[ \t]*\{/gm)].slice(0, STARTS)) {
    const value = parse(output.slice(index, end));
    if (value !== undefined) return value;
  }
  return undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
  } catch {
    return undefined;
  }
}
