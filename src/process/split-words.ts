import { TypedError } from '../domain/failure.ts';

/**
 * Splits a command line at blanks. Single quotes keep all, double quotes and backslashes keep as a shell does; nothing is
 * expanded. `what` names the setting it stands in. Throws TypedError `BadRequest` where a quote is not closed.
 */
export function splitWords(template: string, what: string): readonly string[] {
  const pattern = /[^\s'"\\]+|'([^']*)'|"((?:[^"\\]|\\[^])*)"|\\([^])|(\s+)|(['"\\])/g;
  const words: string[] = [];
  let word: string | null = null;
  for (const match of template.matchAll(pattern)) {
    const [text, single, double, escaped, blank, open] = match;
    if (open !== undefined) throw new TypedError('BadRequest', unclosed(template, what, open, match.index));
    if (blank === undefined) word = (word ?? '') + (single ?? double?.replace(/\\(["\\])/g, '$1') ?? escaped ?? text);
    else if (word !== null) words.push(word);
    if (blank !== undefined) word = null;
  }
  return word === null ? words : [...words, word];
}

function unclosed(template: string, what: string, mark: string, index: number): string {
  return `${what} has a ${mark} without its end at character ${index + 1}: ${template.slice(0, 200)}`;
}
