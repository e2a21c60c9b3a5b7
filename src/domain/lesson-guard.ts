/** A heading of a lesson; also where a slip left out the space after the number signs. */
const HEADING = /^ {0,3}(#{1,6})(?!#)[ \t]*(\S.*?)[ \t#]*$/;

interface Heading {
  readonly level: number;
  readonly text: string;
}

function headings(lesson: string): readonly Heading[] {
  return lesson.split(/\r?\n/).flatMap((line) => {
    const match = HEADING.exec(line);
    if (match === null) return [];
    const text = (match[2] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, ' ')
      .trim();
    return text === '' ? [] : [{ level: match[1]?.length ?? 1, text }];
  });
}

/**
 * Why a new lesson is not the old one's: it has neither its title nor half of its H2 headings. Models answer about another
 * module when a prompt is long; empty where it is about this one, or the old lesson has no headings to tell by.
 */
export function lessonGuard(old: string, block: string): readonly string[] {
  const before = headings(old);
  const after = new Set(headings(block).map((heading) => heading.text));
  const title = before.find((heading) => heading.level === 1)?.text;
  const sections = before.filter((heading) => heading.level === 2).map((heading) => heading.text);
  if (title === undefined && sections.length === 0) return [];
  if (title !== undefined && after.has(title)) return [];
  const kept = sections.filter((section) => after.has(section)).length;
  if (sections.length > 0 && kept * 2 >= sections.length) return [];
  const of = sections.length === 0 ? '' : ` and ${kept} of its ${sections.length} sections`;
  return [`is not about this module: it keeps ${title === undefined ? 'no title' : `not its title "${title}"`}${of}`];
}
