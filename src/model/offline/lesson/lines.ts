/** A line of a lesson. */
export interface LessonLine {
  readonly text: string;
  /** Front matter, a comment or fenced code: what no rule about prose may touch. */
  readonly literal: boolean;
}

/** Splits a lesson into lines, and marks those that are not prose. Code or a comment that is never closed is only its first line. */
export function lessonLines(lesson: string): readonly LessonLine[] {
  const texts = lesson.split('\n');
  const lines: LessonLine[] = texts.slice(0, frontMatterEnd(texts)).map((text) => ({ text, literal: true }));
  while (lines.length < texts.length) {
    const end = literalEnd(texts, lines.length);
    const literal = end > lines.length;
    lines.push(...texts.slice(lines.length, Math.max(end, lines.length + 1)).map((text) => ({ text, literal })));
  }
  return lines;
}

/** Index after the code or the comment that starts at a line; the line's own index where it starts neither. */
function literalEnd(texts: readonly string[], start: number): number {
  const text = texts[start] ?? '';
  const fence = /^ {0,3}(`{3,}|~{3,})/.exec(text)?.[1];
  if (fence === undefined && !text.trimStart().startsWith('<!--')) return start;
  const isEnd = (line: string): boolean =>
    fence === undefined ? line.includes('-->') : line.trim().startsWith(fence) && /^(`+|~+)$/.test(line.trim());
  if (fence === undefined && isEnd(text)) return start + 1;
  const end = texts.findIndex((line, index) => index > start && isEnd(line));
  return end === -1 ? start + 1 : end + 1;
}

/** Number of lines of a leading `---` block; 0 where there is none, or it is never closed. */
function frontMatterEnd(lines: readonly string[]): number {
  if (lines[0]?.trimEnd() !== '---' || !/^[\w-]+:/.test(lines[1] ?? '')) return 0;
  const end = lines.findIndex((line, index) => index > 0 && line.trimEnd() === '---');
  return end === -1 ? 0 : end + 1;
}

/** Puts lines together again. */
export const joinLines = (lines: readonly { readonly text: string }[]): string =>
  lines.map((line) => line.text).join('\n');

export interface LessonHeading {
  /** Index of its line, from 0. */
  readonly index: number;
  readonly level: number;
  readonly text: string;
}

/** The headings of a lesson, in order. */
export function lessonHeadings(lines: readonly LessonLine[]): readonly LessonHeading[] {
  return lines.flatMap((line, index) => {
    const match = line.literal ? null : /^ {0,3}(#{1,6})[ \t]+(\S.*?)(?:[ \t]+#+)?[ \t]*$/.exec(line.text);
    return match === null ? [] : [{ index, level: match[1]?.length ?? 1, text: match[2] ?? '' }];
  });
}

/** A heading's text without the emoji, numbers and marks before its first letter, in lower case. */
const plain = (text: string): string => text.replace(/^[^\p{L}]+/u, '').toLowerCase();

/** True for the heading of a summary. */
export function isSummary(heading: LessonHeading): boolean {
  return (
    heading.level <= 2 &&
    /^(?:підсумок|підсумки|висновок|висновки|summary|conclusion)(?!\p{L})/u.test(plain(heading.text))
  );
}

/** True for the last section, which sends the learner on to more practice. */
export function isPractice(heading: LessonHeading): boolean {
  return (
    heading.level <= 3 &&
    /^(?:need more practice|потрібно більше практики|більше практики)(?!\p{L})/u.test(plain(heading.text))
  );
}

/** True where most letters of the prose are Cyrillic: such a lesson is taught in Ukrainian. */
export function isUkrainian(lesson: string): boolean {
  const cyrillic = lesson.match(/\p{Script=Cyrillic}/gu)?.length ?? 0;
  const latin = lesson.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return cyrillic >= latin;
}

/** Index of the line after a heading's section: the next heading of its level or a higher one, else the end. */
export function sectionEnd(headings: readonly LessonHeading[], heading: LessonHeading, length: number): number {
  const next = headings.find((other) => other.index > heading.index && other.level <= heading.level);
  return next?.index ?? length;
}

/** Drops lines by their index; where blank lines meet then, one of them goes, too. */
export function dropLines(lines: readonly LessonLine[], dropped: ReadonlySet<number>): readonly LessonLine[] {
  const isBlank = (line: LessonLine | undefined): boolean => line === undefined || line.text.trim() === '';
  const kept: LessonLine[] = [];
  for (const [index, line] of lines.entries()) {
    if (dropped.has(index)) continue;
    const isLast = index === lines.length - 1;
    const follows = dropped.has(index - 1) && isBlank(line) && isBlank(kept.at(-1)) && !isLast;
    if (!follows) kept.push(line);
  }
  return kept;
}

/** Inserts blocks of lines before a line, each block with a blank line before and after it. */
export function insertBlock(lines: readonly LessonLine[], at: number, block: readonly string[]): string {
  const before = lines.slice(0, at).map((line) => line.text);
  const after = lines.slice(at).map((line) => line.text);
  while (before.at(-1)?.trim() === '') before.pop();
  while (after[0]?.trim() === '') after.shift();
  const head = before.length === 0 ? [] : [...before, ''];
  const tail = after.length === 0 ? [''] : ['', ...after];
  return [...head, ...block, ...tail].join('\n');
}
