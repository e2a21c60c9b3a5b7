import { LineCounter, parseDocument } from 'yaml';
import { cut } from './values.ts';

/** One thing wrong with a YAML text, with its place from 1; null where no place is known. */
export interface YamlProblem {
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** Problems told of one file: a broken indent makes the parser complain of every line after it. */
const MAX_PROBLEMS = 5;

/** A longer text is not parsed a second time just for the places of its errors. */
const MAX_LENGTH = 1_000_000;

/** Errors of a YAML text with their places, by the parser that knows them; empty where it finds none or cannot cope. */
export function locateProblems(text: string): readonly YamlProblem[] {
  if (text.length > MAX_LENGTH) return [];
  const lines = new LineCounter();
  try {
    const { errors } = parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true });
    return errors.slice(0, MAX_PROBLEMS).map(({ message, pos }) => {
      const { line, col } = lines.linePos(pos[0]);
      return { message: cut(message.replace(/\s+/g, ' ').trim(), 200), line, column: col };
    });
  } catch {
    // Nested beyond the stack: the caller has the other parser's word for it.
    return [];
  }
}
