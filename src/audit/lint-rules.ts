/** The rules of lint, our own: docs/audit.md tells them in words. */
import { blocksOf, type Block } from './blocks.ts';
import type { LessonLine } from './lesson-lines.ts';
import { isTableLine } from './lesson.ts';
import { eachWord } from './letters.ts';
import { isRightlyMixed } from './mixed-words.ts';
import { cut } from './values.ts';

export interface LintProblem {
  readonly message: string;
  readonly hint: string;
  /** From 1. */
  readonly line: number;
  /** From 1; null where the line as a whole is meant. */
  readonly column: number | null;
}

/** Problems told of one line: a binary file has one in each letter. */
const MAX_IN_LINE = 5;

/** A line is looked at so far; no line that people write is longer. */
const MAX_LINE = 20_000;

const MIXED = /[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]/g;
// eslint-disable-next-line no-control-regex -- it is the rule: such letters are seen by nobody
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/g;
const REPLACEMENT = /\uFFFD+/g;
/** Whether one of the patterns above has anything to find: most lines have none of it. */
// eslint-disable-next-line no-control-regex -- as above
const ODD = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\uFFFD]|[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]/;
const NO_SPACE = /^ {0,3}#{1,6}[\p{L}\p{N}]/u;

/** English words that stand twice rightly: "that that", "had had". */
const RIGHTLY_TWICE = new Set(['that', 'had']);

/** Problems of a line by itself. `prose`: of a lesson, not of a sidecar; `names`: words that may mix Latin and Ukrainian letters. */
export function lintLine(
  { text: whole, number }: LessonLine,
  prose: boolean,
  names: readonly string[],
): readonly LintProblem[] {
  const text = whole.length > MAX_LINE ? whole.slice(0, MAX_LINE) : whole;
  const problems: LintProblem[] = [];
  const each: Each = (pattern, make) => {
    pattern.lastIndex = 0;
    for (let match = pattern.exec(text); match !== null && problems.length < MAX_IN_LINE; match = pattern.exec(text)) {
      const made = make(match);
      if (made !== null) problems.push({ ...made, line: number, column: match.index + 1 });
    }
  };
  if (ODD.test(text)) findOdd(text, each, names);
  if (!prose) return problems;
  if (!isTableLine(text)) {
    for (const { word, column } of doubledWords(text).slice(0, MAX_IN_LINE))
      problems.push({
        message: `The word "${word}" stands twice`,
        hint: 'Remove one of the two.',
        line: number,
        column,
      });
  }
  if (NO_SPACE.test(text))
    problems.push({
      message: 'A heading lacks the space behind its #',
      hint: 'Write "## Title": without the space it is plain text.',
      line: number,
      column: 1,
    });
  return problems;
}

type Each = (pattern: RegExp, make: (match: RegExpExecArray) => Omit<LintProblem, 'line' | 'column'> | null) => void;

/** What can be told by single letters: mixed words, broken characters, control characters. */
function findOdd(text: string, each: Each, names: readonly string[]): void {
  let lastWord = -1;
  each(MIXED, (match) => {
    const [word, start] = wordAt(text, match.index);
    if (start === lastWord) return null;
    lastWord = start;
    if (isRightlyMixed(word, names)) return null;
    return {
      message: `The word "${cut(word, 40)}" mixes Latin and Ukrainian letters`,
      hint: `Type the word with the letters of one script (${named(word)}); a name that mixes them goes under audit.mixed-words.`,
    };
  });
  each(REPLACEMENT, () => ({
    message: 'A character is broken (U+FFFD)',
    hint: 'Write what stood there; the file was saved in a wrong encoding once.',
  }));
  each(CONTROL, () => ({
    message: 'A control character stands in the text',
    hint: 'Remove it; if there are many, the file is no text at all.',
  }));
}

/** Words that stand twice, one behind the other. */
function doubledWords(text: string): readonly { readonly word: string; readonly column: number }[] {
  const found: { word: string; column: number }[] = [];
  let [from, to] = [-1, -1];
  eachWord(text, (start, end) => {
    const alike =
      end - start === to - from &&
      end - start > 1 &&
      !JOINED.test(text[from - 1] ?? ' ') &&
      !JOINED.test(text[end] ?? ' ');
    if (alike && isGap(text, to, start)) {
      const word = text.slice(from, to);
      const small = word.toLowerCase();
      if (small === text.slice(start, end).toLowerCase() && !RIGHTLY_TWICE.has(small))
        found.push({ word, column: from + 1 });
    }
    [from, to] = [start, end];
  });
  return found;
}

/** What makes a word part of a longer one: half-words, compounds, word1. */
const JOINED = /[\p{N}-]/u;

function isGap(text: string, from: number, to: number): boolean {
  for (let index = from; index < to; index += 1) if (text[index] !== ' ' && text[index] !== '\t') return false;
  return to > from;
}

/** Marks that are opened and not closed within their block, or within the lesson. */
export function lintMarks(lines: readonly LessonLine[]): readonly LintProblem[] {
  const blocks = blocksOf(lines);
  return [...blocks.flatMap(blockMarks), ...fences(lines), ...comments(lines)];
}

const PAIRS = [
  { open: '«', close: '»' },
  { open: '„', close: '“' },
] as const;

function blockMarks({ kind, lines }: Block): readonly LintProblem[] {
  const [first] = lines;
  if (kind === 'code' || kind === 'table' || first === undefined) return [];
  const text = lines.map((line) => withoutCode(line.text)).join('\n');
  const problems: LintProblem[] = [];
  const add = (mark: string): void => {
    problems.push({
      message: `The mark ${mark} is opened and not closed`,
      hint: `Close ${mark} where it ends, or remove it.`,
      line: first.number,
      column: null,
    });
  };
  if (count(text, '**') % 2 === 1) add('**');
  for (const { open, close } of PAIRS) if (count(text, open) > count(text, close)) add(open);
  return problems;
}

const withoutCode = (text: string): string => (text.includes('`') ? text.replace(/`[^`]{0,500}`/g, '') : text);

function fences(lines: readonly LessonLine[]): readonly LintProblem[] {
  const marks = lines.filter(({ text }) => /^\s*```/.test(text));
  const last = marks.at(-1);
  if (last === undefined || marks.length % 2 === 0) return [];
  const hint = 'Close it with ``` on a line of its own: all below is shown as code.';
  return [{ message: 'A code fence is opened and not closed', hint, line: last.number, column: null }];
}

/** Comments that are closed are gone from the lines. */
function comments(lines: readonly LessonLine[]): readonly LintProblem[] {
  const open = lines.find(({ text }) => text.includes('<!--'));
  if (open === undefined) return [];
  const hint = 'Close it with -->: all below is hidden.';
  return [
    { message: 'A comment is opened and not closed', hint, line: open.number, column: open.text.indexOf('<!--') + 1 },
  ];
}

function count(text: string, mark: string): number {
  let found = 0;
  for (let at = text.indexOf(mark); at !== -1; at = text.indexOf(mark, at + mark.length)) found += 1;
  return found;
}

/** The word around a place of a text, and where it starts. */
function wordAt(text: string, index: number): readonly [word: string, start: number] {
  let start = index;
  let end = index;
  while (start > 0 && isWord(text[start - 1])) start -= 1;
  while (end < text.length && isWord(text[end])) end += 1;
  return [text.slice(start, end), start];
}

const isWord = (letter: string | undefined): boolean => letter !== undefined && /[\p{L}\p{M}'’ʼ]/u.test(letter);

/** The letters of the rarer script in a word, so that a reader can see them: `Latin o`. */
function named(word: string): string {
  const latin = [...new Set(word.match(/[A-Za-z]/g) ?? [])];
  return `its Latin letters are ${latin.slice(0, 10).join(', ')}`;
}
