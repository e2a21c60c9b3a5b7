import type { Lesson } from './lesson.ts';
import { richnessCounts } from './richness-counts.ts';
import { RICHNESS, type RichnessCount, type RichnessName } from './richness-profiles.ts';

/** One row of a lesson's richness. */
export interface RichnessScore {
  readonly count: RichnessCount;
  /** What was counted; a share from 0 to 1 where `target` is null. */
  readonly value: number;
  readonly target: number | null;
  /** 0 to 1. */
  readonly share: number;
  /** Percent of the whole. */
  readonly weight: number;
}

export interface Richness {
  readonly rows: readonly RichnessScore[];
  /** 0 to 100. */
  readonly percent: number;
}

/** How rich a lesson is by one of the profiles. */
export function richnessOf(lesson: Lesson, name: RichnessName): Richness {
  const rows = RICHNESS[name];
  const counts = richnessCounts(
    lesson,
    rows.map(({ count }) => count),
  );
  const all = rows.reduce((sum, { weight }) => sum + weight, 0);
  const scored = rows.map(({ count, target, weight }, index): RichnessScore => {
    const value = counts[index] ?? 0;
    return { count, value, target, share: Math.min(1, value / (target ?? 1)), weight: (100 * weight) / all };
  });
  return { rows: scored, percent: scored.reduce((sum, { share, weight }) => sum + share * weight, 0) };
}
