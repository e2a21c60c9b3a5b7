/** A line of a lesson that readers see: comments and front matter are gone. */
export interface LessonLine {
  readonly text: string;
  /** In the file, from 1. */
  readonly number: number;
}

export interface LessonText {
  /** The text without front matter; comments are in it. */
  readonly body: string;
  /** Line of the file on which the body begins, from 1. */
  readonly firstLine: number;
}

const LINE_END = /\r\n|\n|\r/;

/** Cuts a leading block between `---` lines that begins like YAML; a lesson that opens with a rule keeps its text. */
export function withoutFrontMatter(text: string): LessonText {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const opening = /^---[ \t]*\r?\n(?=---|[A-Za-z_][\w-]*[ \t]*:)/.exec(body);
  if (opening === null) return { body, firstLine: 1 };
  const closing = /^---[ \t]*\r?$/gm;
  closing.lastIndex = opening[0].length;
  const match = closing.exec(body);
  if (match === null) return { body, firstLine: 1 };
  const end = match.index + match[0].length;
  return { body: body.slice(end), firstLine: 1 + lineEnds(body.slice(0, end)) };
}

/** Lines of a text with their numbers. */
export function plainLines({ body, firstLine }: LessonText): readonly LessonLine[] {
  return body.split(LINE_END).map((text, index) => ({ text, number: firstLine + index }));
}

/**
 * The lines of a text without its closed HTML comments, which may hide a line, a part of one, or many. By index and not by
 * pattern: a pattern is quadratic in comments that are never closed.
 */
export function linesWithoutComments({ body, firstLine }: LessonText): readonly LessonLine[] {
  const parts: string[] = [];
  // Where in the text that is left a comment was, and how many lines went with it.
  const cuts: { readonly at: number; readonly lines: number }[] = [];
  let position = 0;
  let kept = 0;
  for (;;) {
    const start = body.indexOf('<!--', position);
    const end = start === -1 ? -1 : body.indexOf('-->', start + 4);
    if (end === -1) break;
    parts.push(body.slice(position, start));
    kept += start - position;
    cuts.push({ at: kept, lines: lineEnds(body.slice(start, end)) });
    position = end + 3;
  }
  if (cuts.length === 0) return plainLines({ body, firstLine });
  parts.push(body.slice(position));
  return numbered(parts.join(''), firstLine, cuts);
}

function numbered(
  text: string,
  firstLine: number,
  cuts: readonly { readonly at: number; readonly lines: number }[],
): readonly LessonLine[] {
  const lines: LessonLine[] = [];
  let number = firstLine;
  let next = 0;
  let position = 0;
  for (const line of text.split(LINE_END)) {
    for (let cut = cuts[next]; cut !== undefined && cut.at <= position; cut = cuts[(next += 1)]) number += cut.lines;
    lines.push({ text: line, number });
    number += 1;
    position += line.length + (text.startsWith('\r\n', position + line.length) ? 2 : 1);
  }
  return lines;
}

/** Line ends in a text: `\r\n`, `\n` and a lone `\r` are one each. */
function lineEnds(text: string): number {
  let count = 0;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === 10 || (code === 13 && text.charCodeAt(index + 1) !== 10)) count += 1;
  }
  return count;
}
