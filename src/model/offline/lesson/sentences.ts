import type { LessonLine } from './lines.ts';

const LONGEST = 200;
const SHORTEST = 12;

/**
 * The first whole sentence of prose in these lines, without marks of emphasis and links; null where there is none. Headings,
 * tables, lists, quotes and rules are no prose.
 */
export function firstSentence(lines: readonly LessonLine[]): string | null {
  for (const line of lines) {
    if (line.literal || /^\s*(?:[#>|]|[-*+]\s|\d+[.)]\s|---|!\[|$)/.test(line.text)) continue;
    const prose = plainText(line.text);
    const sentence = /^.*?[.!?…](?=\s|$)/.exec(prose)?.[0];
    if (sentence !== undefined && sentence.length >= SHORTEST && sentence.length <= LONGEST) return sentence;
  }
  return null;
}

/** Markdown without emphasis, links and code marks. */
function plainText(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*_`]{1,3}/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
