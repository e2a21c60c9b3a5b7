import { sectionsOf } from './sections.ts';

/**
 * Why a new lesson is not the old one's: it has neither its title nor half of its H2 headings. Models answer about another
 * module when a prompt is long; empty where it is about this one, or the old lesson has no headings to tell by.
 */
export function lessonGuard(old: string, block: string): readonly string[] {
  const before = sectionsOf(old);
  const after = new Set(sectionsOf(block).map(({ key }) => key));
  const title = before.find(({ level }) => level === 1);
  const sections = before.filter(({ level }) => level === 2);
  if (title === undefined && sections.length === 0) return [];
  if (title !== undefined && after.has(title.key)) return [];
  const kept = sections.filter(({ key }) => after.has(key)).length;
  if (sections.length > 0 && kept * 2 >= sections.length) return [];
  const of = sections.length === 0 ? '' : ` and ${kept} of its ${sections.length} sections`;
  return [
    `is not about this module: it keeps ${title === undefined ? 'no title' : `not its title "${title.key}"`}${of}`,
  ];
}
