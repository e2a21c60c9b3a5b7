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
}

export interface Heading {
  /** 1 for `#`. */
  readonly level: number;
  readonly text: string;
}

const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const TABLE = /^\s*\|/;
const HIDDEN_CALLOUT = /^\s*>\s*\[!(?:answer|options|error|id)\]/;
const IMAGE = /!\[[^[\]]*\]\([^()]*(?:\([^()]*\)[^()]*)*\)/g;
const EXERCISES = /^(?:activities|вправи|exercises)(?![\p{L}\p{N}])/iu;

/** Reads a lesson; an absent one (null) reads as an empty one. */
export function readLesson(text: string | null): Lesson {
  const body = withoutFrontMatter(text ?? '');
  const headings: Heading[] = [];
  let words = 0;
  let inExercises = false;
  for (const line of withoutComments(body).split(/\r\n|\n|\r/)) {
    const heading = readHeading(line);
    if (heading !== null) {
      headings.push(heading);
      // H1 and H2 are of one rank in this layout (the summary may be an H1), so either ends the section of the other.
      if (heading.level <= 2) inExercises = EXERCISES.test(heading.text);
    } else if (!inExercises) {
      words += countedWords(line);
    }
  }
  return { rawWords: wordCount(body), words, headings };
}

/** A heading's text without the emoji, numbers' dots and quotes that may stand before its first letter or digit. */
export function plainHeading(heading: Heading): string {
  return heading.text.replace(/^[^\p{L}\p{N}]+/u, '');
}

function readHeading(line: string): Heading | null {
  const match = HEADING.exec(line);
  if (match === null) return null;
  return { level: match[1]?.length ?? 1, text: (match[2] ?? '').replace(/(^|\s)#+\s*$/, '').trim() };
}

/** Everything counts but tables, callouts of metadata, images and a leading rule: quotes and lone marks such as `-` too. */
function countedWords(line: string): number {
  if (TABLE.test(line) || HIDDEN_CALLOUT.test(line)) return 0;
  return wordCount(line.replace(IMAGE, '').replace(/^---/, ''));
}

function wordCount(text: string): number {
  let count = 0;
  for (const line of text.split('\n')) count += line.match(/\S+/g)?.length ?? 0;
  return count;
}

/** Drops a leading block between `---` lines that begins like YAML; a lesson that opens with a rule keeps its text. */
function withoutFrontMatter(text: string): string {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const opening = /^---[ \t]*\r?\n(?=---|[A-Za-z_][\w-]*[ \t]*:)/.exec(body);
  if (opening === null) return body;
  const closing = /^---[ \t]*\r?$/gm;
  closing.lastIndex = opening[0].length;
  const match = closing.exec(body);
  return match === null ? body : body.slice(match.index + match[0].length);
}

/** Drops closed HTML comments. By index and not by pattern: a pattern is quadratic in comments that are never closed. */
function withoutComments(text: string): string {
  const parts: string[] = [];
  let position = 0;
  for (;;) {
    const start = text.indexOf('<!--', position);
    const end = start === -1 ? -1 : text.indexOf('-->', start + 4);
    if (end === -1) break;
    parts.push(text.slice(position, start));
    position = end + 3;
  }
  parts.push(text.slice(position));
  return parts.join('');
}
