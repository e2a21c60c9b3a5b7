/** A quotation in a review: « », “ ”, „ ”, " " or ` `, on one line. */
const QUOTES = /«([^«»\n]{1,500})»|[“„]([^“”„\n]{1,500})[”“]|"([^"\n]{1,500})"|`([^`\n]{1,500})`/g;

/** Letters of a quotation that are looked up: models shorten the end of long ones. */
const LOOKED_UP = 30;

/** Shorter quotations name a word rather than cite a place. */
const SHORTEST = 8;

/** Quotations of a review that are Ukrainian, each once. */
export function ukrainianQuotes(review: string): readonly string[] {
  const found = new Set<string>();
  for (const match of review.matchAll(QUOTES)) {
    const text = plain(match.slice(1).find((part) => part !== undefined) ?? '');
    if (text.length >= SHORTEST && /[\u0400-\u04ff]{2}/.test(text)) found.add(text);
  }
  return [...found];
}

/** How many of the quotations stand in a lesson. */
export function foundQuotes(quotes: readonly string[], lesson: string): number {
  if (quotes.length === 0) return 0;
  const text = plain(lesson);
  return quotes.filter((quote) => {
    const [start = ''] = quote.slice(0, LOOKED_UP).split(/\s*(?:…|\.\.\.)/);
    return text.includes(start);
  }).length;
}

/** A text in composed letters, without emphasis, stress and line breaks: what a quotation keeps of it. */
function plain(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[*_`]|\p{M}/gu, '')
    .replace(/[’ʼ]/g, "'")
    .replace(/\s+/g, ' ')
    .trim();
}
