import { asksToRemove, asksToShorten, type Requests } from './asked-for.ts';
import { lostEntries } from './lost-entries.ts';
import { lostSections } from './lost-sections.ts';
import type { FixableKind } from './module.ts';
import { sectionsOf, wordsOf } from './sections.ts';
import { yamlEntries } from './yaml-entries.ts';

/** A text may lose words to a fix, but one with less than this share of the old ones is a reply that left text out. */
const SMALLEST_SHARE = 0.6;

/** A text that grew beyond this is no fix of the old one. */
const LARGEST_SHARE = 4;

/** Words up to which a file may grow however short it was: a stub has to. */
const GROWTH: Readonly<Record<FixableKind, number>> = { lesson: 200, meta: 300, activities: 2000, vocabulary: 2000 };

/** A lesson may grow to its word target, and a little beyond. */
const OVER_TARGET = 1.25;

interface Change {
  readonly kind: FixableKind;
  readonly old: string;
  readonly block: string;
  readonly requests: Requests;
  readonly wordTarget: number | undefined;
}

/** Names that a reason quotes. */
const QUOTED = 3;

/** Why a file lost or gained more text than a fix may; empty where it did not. What is asked for may go. */
export function sizeGuards(change: Change): readonly string[] {
  const { kind, old, block, wordTarget = 0 } = change;
  const [had, has] = [wordsOf(old).length, wordsOf(block).length];
  const most = Math.max(had * LARGEST_SHARE, GROWTH[kind], kind === 'lesson' ? wordTarget * OVER_TARGET : 0);
  if (has > most) return [`grew from ${had} to ${has} words: that is no fix of it`];
  if (kind === 'lesson') return lessonLoss(change, had, has);
  const share = length(block) / Math.max(1, length(old));
  if (share < SMALLEST_SHARE) return [`has ${Math.floor(share * 100)} % of its old size: text was left out`];
  return kind === 'meta' ? [] : entryLoss(change);
}

function lessonLoss({ old, block, requests }: Change, had: number, has: number): readonly string[] {
  const lost = lostSections(old, block);
  const others = sectionsOf(old).map(({ key }) => key);
  const isAsked = lost.map(({ key }) => asksToRemove(requests, key, others));
  const asked = lost.filter((_, index) => isAsked[index] === true);
  const missing = lost.filter((_, index) => isAsked[index] !== true);
  const expected = had - asked.reduce((sum, { title, body }) => sum + wordsOf(`${title} ${body}`).length, 0);
  const problems: string[] = [];
  if (has < expected * SMALLEST_SHARE && !asksToShorten(requests))
    problems.push(`has ${has} of its ${had} words: text was left out`);
  if (missing.length > 0)
    problems.push(
      `lost the ${missing.length === 1 ? 'section' : 'sections'} ${quoted(missing.map(({ title }) => title))}`,
    );
  return problems;
}

/** A vocabulary may lose single words; of activities each is as much as a section. */
function entryLoss({ kind, old, block, requests }: Change): readonly string[] {
  const [before, after] = [yamlEntries(old), yamlEntries(block)];
  const fewer = before.length - after.length;
  if (fewer <= 0) return [];
  if (kind === 'vocabulary') {
    if (after.length >= before.length * SMALLEST_SHARE) return [];
    return [`has ${after.length} of its ${before.length} entries: text was left out`];
  }
  const gone = lostEntries(before, after);
  const others = before.map(({ name }) => name);
  const missing = gone.filter(({ name }) => !asksToRemove(requests, name, others));
  // Where as many came as went, they were replaced.
  const most = fewer - (gone.length - missing.length);
  if (most <= 0 || missing.length === 0) return [];
  const count = Math.min(most, missing.length);
  return [`lost ${count} of its ${before.length} activities: ${quoted(missing.map(({ name }) => name))}`];
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, QUOTED).map((name) => `"${name.slice(0, 60)}"`);
  return names.length > QUOTED ? `${shown.join(', ')} and ${names.length - QUOTED} more` : shown.join(', ');
}

/** Length without carriage returns and outer blanks, so that line ends do not count. */
const length = (text: string): number => text.replaceAll('\r', '').trim().length;
