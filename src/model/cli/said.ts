import { stripVTControlCharacters } from 'node:util';
import { quotes } from '../quotation.ts';

/** Characters of a command's output that are looked at to tell why it failed: its end. */
const LOOKED_AT = 16_384;
const MESSAGE_LENGTH = 200;
/** Lines at the end that make the message where the command has no word for it. */
const LAST_LINES = 2;

/** What keys look like, whoever they are from. */
const KEY_LIKE = /\b(?:sk|pk|rk|ghp|xox[a-z])[-_][\w-]{12,}|\bAIza[\w-]{20,}|\bBearer\s+\S+|\b(?=[\w-]*\d)[\w-]{40,}/g;

/** What is not to be told of a call. */
export interface Unspoken {
  readonly prompt: string;
  readonly secrets: readonly string[];
}

/**
 * The end of a command's output as plain text. Lines of the prompt are left out: some commands echo it, and what a lesson
 * says must not be taken for what went wrong. So are the lines of a stack trace.
 */
export function plainEnd(output: string, { prompt }: Pick<Unspoken, 'prompt'>): string {
  const echoed = new Set(prompt.split('\n').map((line) => line.trim()));
  return stripVTControlCharacters(output.slice(-LOOKED_AT))
    .split(/\r?\n|\r/)
    .filter((line) => !echoed.has(line.trim()) && !/^\s+at .*[:)]/.test(line))
    .join('\n');
}

/** A message on one line, cut, without keys; null where it is empty or quotes the prompt. */
export function safeMessage(text: string, { prompt, secrets }: Unspoken): string | null {
  const line = withoutKeys(text, secrets).replace(/\s+/g, ' ').trim().slice(0, MESSAGE_LENGTH);
  return line === '' || quotes(line, prompt) ? null : line;
}

/** The last lines of a plain text, as a message. */
export function lastLines(plain: string, unspoken: Unspoken): string | null {
  const lines = plain.split('\n').filter((line) => /[\p{L}\p{N}]/u.test(line));
  return safeMessage(lines.slice(-LAST_LINES).join(' '), unspoken);
}

/** Keys are hidden before a text is cut: the first half of one would be left else. */
function withoutKeys(text: string, secrets: readonly string[]): string {
  const known = secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '…'), text);
  return known.replace(KEY_LIKE, '…');
}
