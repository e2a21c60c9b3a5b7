import { letterRuns, scriptsOf, wordCount, type Scripts } from './letters.ts';
import { linesWithoutComments, plainLines, withoutFrontMatter, type LessonLine } from './lesson-lines.ts';

/**
 * What the audit takes from a lesson, by the line rules of the curriculum format, sections 2 and 3. No syntax tree: the rules
 * are about lines, and a tree costs twenty times as much.
 */
export interface Lesson {
  /** Words by white space in the text without front matter. */
  readonly rawWords: number;
  /** Words that count towards the target. */
  readonly words: number;
  readonly headings: readonly Heading[];
  /** The text from each H1 or H2 to the next; first what stands before any. Their words sum to `words`. */
  readonly sections: readonly LessonSection[];
  /** Letters by script in what a learner reads: no tables, headings, images, addresses; comments are counted. */
  readonly scripts: Scripts;
  /** Lines without comments and front matter. */
  readonly lines: readonly LessonLine[];
}

export interface Heading {
  /** 1 for `#`. */
  readonly level: number;
  readonly text: string;
  /** Line of the file, from 1. */
  readonly line: number;
}

export interface LessonSection {
  /** Null for what stands before the first H1 or H2. */
  readonly heading: Heading | null;
  /** Words that count towards the target. */
  readonly words: number;
  /** Runs of letters, tables and quotes included. */
  readonly runs: number;
}

const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const TABLE = /^\s*\|/;
const HIDDEN_CALLOUT = /^\s*>\s*\[!(?:answer|options|error|id)\]/;
const CALLOUT_LINE = /^\s*>\s*\[!/;
// The lengths are bounded so that text made to be slow is read in linear time; no real address is as long.
const IMAGE = /!\[[^[\]]*\]\([^()]{0,2000}(?:\([^()]{0,500}\)[^()]{0,500}){0,4}\)/g;
const LINK = /\[([^[\]]*)\]\([^()]{0,2000}(?:\([^()]{0,500}\)[^()]{0,500}){0,4}\)/g;
const CALLOUT_MARK = /\[![^[\]]{0,100}\]/g;
const SUMMARY = /^(?:підсумок|підсумки|summary)(?![\p{L}\p{N}])/iu;
const EXERCISES = /^(?:activities|вправи|exercises)(?![\p{L}\p{N}])/iu;

/** Reads a lesson; an absent one (null) reads as an empty one. */
export function readLesson(text: string | null): Lesson {
  const content = withoutFrontMatter(text ?? '');
  const lines = linesWithoutComments(content);
  const headings: Heading[] = [];
  const sections: { heading: Heading | null; words: number; runs: number }[] = [{ heading: null, words: 0, runs: 0 }];
  let inExercises = false;
  for (const { text: line, number } of lines) {
    const heading = readHeading(line, number);
    if (heading !== null) {
      headings.push(heading);
      // H1 and H2 are of one rank in this layout (the summary may be an H1), so either ends the section of the other.
      if (heading.level <= 2) {
        inExercises = EXERCISES.test(plainHeading(heading));
        sections.push({ heading, words: 0, runs: 0 });
        continue;
      }
    }
    const section = sections.at(-1);
    if (section === undefined) continue;
    if (heading === null && !inExercises) section.words += countedWords(line);
    if (!CALLOUT_LINE.test(line)) section.runs += letterRuns(line);
  }
  return {
    rawWords: wordCount(content.body),
    words: sections.reduce((sum, section) => sum + section.words, 0),
    headings,
    sections,
    scripts: readScripts(content.body.includes('<!--') ? plainLines(content) : lines),
    lines,
  };
}

/** The title: the first H1; undefined where there is none, or where it is the summary, which may be an H1 too. */
export function titleOf(headings: readonly Heading[]): Heading | undefined {
  const first = headings.find((heading) => heading.level === 1);
  return first === undefined || SUMMARY.test(plainHeading(first)) ? undefined : first;
}

/** The headings of sections: each H1 and H2 but the title. */
export function sectionHeadings(headings: readonly Heading[]): readonly Heading[] {
  const title = titleOf(headings);
  return headings.filter((heading) => heading.level <= 2 && heading !== title);
}

/** A heading's text without the emoji, numbers' dots and quotes that may stand before its first letter or digit. */
export function plainHeading(heading: Heading): string {
  return heading.text.replace(/^[^\p{L}\p{N}]+/u, '');
}

/** A line as a learner reads it, for the share of scripts; null for a line that does not count. */
export function immersionText(line: string): string | null {
  if (TABLE.test(line) || HIDDEN_CALLOUT.test(line) || HEADING.test(line)) return null;
  if (!line.includes('[')) return line;
  return line.replace(IMAGE, '').replace(LINK, '$1').replace(CALLOUT_MARK, '');
}

/** Whether a line belongs to a table. */
export function isTableLine(line: string): boolean {
  return TABLE.test(line);
}

function readScripts(lines: readonly LessonLine[]): Scripts {
  let cyrillic = 0;
  let latin = 0;
  for (const line of lines) {
    const text = immersionText(line.text);
    if (text === null) continue;
    const scripts = scriptsOf(text);
    cyrillic += scripts.cyrillic;
    latin += scripts.latin;
  }
  return { cyrillic, latin };
}

function readHeading(line: string, number: number): Heading | null {
  const match = HEADING.exec(line);
  if (match === null) return null;
  const text = (match[2] ?? '').replace(/(^|\s)#+\s*$/, '').trim();
  return { level: match[1]?.length ?? 1, text, line: number };
}

/** Everything counts but tables, callouts of metadata, images and a leading rule: quotes and lone marks such as `-` too. */
function countedWords(line: string): number {
  if (TABLE.test(line) || HIDDEN_CALLOUT.test(line)) return 0;
  const text = line.includes('![') ? line.replace(IMAGE, '') : line;
  return wordCount(text.startsWith('---') ? text.slice(3) : text);
}
