import { TypedError } from '../domain/failure.ts';
import { shellScript } from './shell-script.ts';

/** What a command's template may name: `{file}`, `{track}`, `{slug}`, `{root}`. */
export type CommandValues = Readonly<Record<'file' | 'track' | 'slug' | 'root', string>>;

/**
 * The words of a command from its template. It is split first and filled in afterwards, so that a value with blanks, quotes or
 * `$( )` stays one word. In the script of an `sh -c` the values come in as quoted variables, never as script. Throws TypedError
 * `BadRequest` where a quote is not closed or there are no words.
 */
export function commandWords(template: string, values: CommandValues): readonly string[] {
  const words = splitWords(template);
  if (words.length === 0) throw new TypedError('BadRequest', 'the audit command is empty: set audit.command');
  const script = scriptPosition(words);
  return words.map((word, index) => (index === script ? shellScript(word) : filledIn(word, values)));
}

function filledIn(word: string, values: CommandValues): string {
  return word.replace(/\{(file|track|slug|root)\}/g, (_, name: keyof CommandValues) => values[name]);
}

/** Where the words hold the script of a shell, `sh -c SCRIPT`, maybe behind `env` or `nice`; -1 where they hold none. */
function scriptPosition(words: readonly string[]): number {
  const shell = words.findIndex((word) => /^(?:.*\/)?(?:sh|bash|dash|zsh|ksh|ash)$/.test(word));
  if (shell === -1) return -1;
  const flag = words.findIndex((word, index) => index > shell && /^-[A-Za-z]*c[A-Za-z]*$/.test(word));
  return flag === -1 ? -1 : flag + 1;
}

/** Splits at blanks. Single quotes keep all, double quotes and backslashes keep as a shell does; nothing is expanded. */
function splitWords(template: string): readonly string[] {
  const pattern = /[^\s'"\\]+|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|(\s+)|(['"\\])/g;
  const words: string[] = [];
  let word: string | null = null;
  for (const match of template.matchAll(pattern)) {
    const [text, single, double, escaped, blank, open] = match;
    if (open !== undefined) throw new TypedError('BadRequest', unclosed(template, open, match.index));
    if (blank === undefined) word = (word ?? '') + (single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? text);
    else if (word !== null) words.push(word);
    if (blank !== undefined) word = null;
  }
  return word === null ? words : [...words, word];
}

function unclosed(template: string, mark: string, index: number): string {
  return `the audit command has a ${mark} without its end at character ${index + 1}: ${template.slice(0, 200)}`;
}
