import { comparable } from './comparable.ts';
import { KeptText } from './kept-text.ts';
import { sectionsOf, wordsOf, type Section } from './sections.ts';

/** A section whose text is found elsewhere to this share was moved, renamed or merged: it is not lost. */
const KEPT_SHARE = 0.5;

/** A section that was written anew under another heading has at least this share of its words. */
const REWRITTEN_SHARE = 0.4;

/** A section of so many words that is left with less than this share of them is as good as lost. */
const EMPTIED = { words: 30, share: 0.2 } as const;

/** A section of the old lesson beside what became of it. */
interface Pair {
  readonly old: Section;
  /** Words of its text. */
  readonly words: number;
  /** Place of its counterpart in the new lesson; null where it has none. */
  readonly at: number | null;
  /** Whether nothing or next to nothing stands under its heading. */
  readonly isMissing: boolean;
}

/**
 * The sections of a lesson that a new one does not have any more. A section is still there under its heading, or where its
 * text went, or where another section stands in its place that is about as long.
 */
export function lostSections(old: string, text: string): readonly Section[] {
  const after = sectionsOf(text);
  const pairs = pairUp(sectionsOf(old), after);
  const left = new KeptText(text);
  // The same words may stand in several sections: what the others need is no trace of this one.
  for (const pair of pairs) if (!pair.isMissing) left.spend(pair.old.body);
  const taken = new Set(pairs.map(({ at }) => at));
  const lengths = after.map(({ body }) => wordsOf(body).length);
  const lost: Section[] = [];
  for (const [index, { old: section, words, at, isMissing }] of pairs.entries()) {
    if (!isMissing || words === 0) continue;
    if (hasTwin(pairs, section)) continue;
    if (left.shareOf(section.body) >= KEPT_SHARE) {
      left.spend(section.body);
      continue;
    }
    const from = pairs.slice(0, index).findLast((pair) => pair.at !== null)?.at ?? -1;
    const to = pairs.slice(index + 1).find((pair) => pair.at !== null)?.at ?? after.length;
    const isInstead = (length: number, place: number): boolean =>
      place > from && place < to && !taken.has(place) && length >= words * REWRITTEN_SHARE;
    const instead = at === null ? lengths.findIndex(isInstead) : -1;
    if (instead === -1) lost.push(section);
    else taken.add(instead);
  }
  return lost;
}

/** Whether the very same section stood in the old lesson twice, and once is still there. */
const hasTwin = (pairs: readonly Pair[], { key, body }: Section): boolean =>
  pairs.some((pair) => !pair.isMissing && pair.old.key === key && comparable(pair.old.body) === comparable(body));

/** Finds each section's counterpart with the same heading; of several, the one that keeps most of its text. */
function pairUp(before: readonly Section[], after: readonly Section[]): readonly Pair[] {
  const free = new Map<string, number[]>();
  for (const [at, { key }] of after.entries()) free.set(key, [...(free.get(key) ?? []), at]);
  return before.map((old) => {
    const words = wordsOf(old.body).length;
    const places = free.get(old.key) ?? [];
    const shares = places.length < 2 ? [1] : places.map((at) => new KeptText(after[at]?.body ?? '').shareOf(old.body));
    const [at = null] = places.splice(shares.indexOf(Math.max(...shares)), 1);
    const isEmptied = at !== null && words >= EMPTIED.words && wholeWords(after, at) < words * EMPTIED.share;
    return { old, words, at, isMissing: at === null || isEmptied };
  });
}

/** Words of a section and of those below it. */
function wholeWords(sections: readonly Section[], at: number): number {
  const level = sections[at]?.level ?? 0;
  const length = sections.slice(at + 1).findIndex((section) => section.level <= level);
  const whole = sections.slice(at, length === -1 ? undefined : at + 1 + length);
  return whole.reduce((sum, { body }) => sum + wordsOf(body).length, 0);
}
