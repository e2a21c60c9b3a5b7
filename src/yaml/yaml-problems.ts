import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';

/** Loaded where a file does not parse, which is rare: it takes as long as the rest of a small command. */
const yaml = (): typeof Yaml => createRequire(import.meta.url)('yaml') as typeof Yaml;

/** One thing wrong with a YAML text, with its place from 1; null where no place is known. */
export interface YamlProblem {
  readonly message: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** `line 3, column 5`: a problem's place, for messages. */
export const placeOf = ({ line, column }: YamlProblem): string => `line ${line ?? '?'}, column ${column ?? '?'}`;

/** Nesting that is read. Curriculum files have less than ten levels. */
export const MAX_DEPTH = 100;

/** Problems told of one file: a broken indent makes the parser complain of every line after it. */
const MAX_PROBLEMS = 5;

/** A longer text is not parsed a second time just for the places of its errors. */
const MAX_LENGTH = 1_000_000;

/** Errors of a YAML text with their places, by the parser that knows them; empty where it finds none or is not asked. */
export function locateProblems(text: string): readonly YamlProblem[] {
  if (text.length > MAX_LENGTH) return [];
  const { Composer, LineCounter } = yaml();
  const lines = new LineCounter();
  const tokens = tokensOf(text, lines);
  if (tokens === null) return [];
  const documents = [...new Composer({ merge: true }).compose(tokens)];
  const errors = documents.flatMap((document) => document.errors);
  return errors.slice(0, MAX_PROBLEMS).map(({ message, pos }) => {
    const { line, col } = lines.linePos(pos[0]);
    return { message: message.replace(/\s+/g, ' ').trim().slice(0, 200), line, column: col };
  });
}

/** The text's tokens; null where it is nested too deeply for what comes next, which recurses. */
function tokensOf(text: string, lines: Yaml.LineCounter): readonly Yaml.CST.Token[] | null {
  const { Lexer, Parser } = yaml();
  const parser = new Parser(lines.addNewLine);
  const tokens: Yaml.CST.Token[] = [];
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    tokens.push(...parser.next(lexeme));
    // A level is a collection, and at times a scalar or a document that is still open on top of it.
    if (parser.stack.length > MAX_DEPTH + 10) return null;
  }
  tokens.push(...parser.end());
  return tokens;
}
