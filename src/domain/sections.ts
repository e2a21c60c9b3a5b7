import { comparable } from './comparable.ts';

/** A heading of a lesson; also where a slip left out the space after the number signs. */
const HEADING = /^ {0,3}(#{1,6})(?!#)[ \t]*(\S.*?)[ \t#]*$/;

/** A part of a lesson: a heading with the text up to the next heading, of whatever level. */
export interface Section {
  /** The heading as it stands. */
  readonly title: string;
  /** The heading for comparing: without its number, sign or emoji. */
  readonly key: string;
  /** 1 to 6. */
  readonly level: number;
  readonly body: string;
}

/** The sections of a lesson in order. What stands before the first heading is in none, and a heading within code is text. */
export function sectionsOf(lesson: string): readonly Section[] {
  const sections: { title: string; key: string; level: number; lines: string[] }[] = [];
  let fence: string | null = null;
  for (const line of lesson.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const mark = /^\s*(`{3,}|~{3,})/.exec(line)?.[1]?.slice(0, 3);
    if (mark !== undefined && (fence === null || fence === mark)) fence = fence === null ? mark : null;
    const match = fence === null ? HEADING.exec(line) : null;
    const key = comparable(match?.[2] ?? '').replace(/^(?:\d+ )+(?=\p{L})/u, '');
    if (match !== null && key !== '')
      sections.push({ title: match[2] ?? '', key, level: match[1]?.length ?? 1, lines: [] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections.map(({ lines, ...section }) => ({ ...section, body: lines.join('\n') }));
}

/** The words of a text, made equal for comparing. */
export const wordsOf = (text: string): readonly string[] =>
  comparable(text)
    .split(' ')
    .filter((word) => word !== '');
