import { TypedError } from '../domain/failure.ts';
import { splitWords } from '../process/split-words.ts';
import { shellScript } from './shell-script.ts';

/** What a command's template may name: `{file}`, `{track}`, `{slug}`, `{root}`. */
export type CommandValues = Readonly<Record<'file' | 'track' | 'slug' | 'root', string>>;

/**
 * The words of a command from its template. It is split first and filled in afterwards, so that a value with blanks, quotes or
 * `$( )` stays one word. In the script of an `sh -c` the values come in as quoted variables, never as script. Throws TypedError
 * `BadRequest` where a quote is not closed or there are no words.
 */
export function commandWords(template: string, values: CommandValues): readonly string[] {
  const words = splitWords(template, 'the audit command');
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
