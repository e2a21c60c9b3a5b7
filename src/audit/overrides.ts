import type { Level } from './levels.ts';

/** The numbers of a level that a workspace may set, as they are named in the settings, and where they stand in a level. */
const NUMBERS = {
  words: 'words',
  'activities-min': 'activitiesMin',
  'activities-max': 'activitiesMax',
  density: 'density',
  'unique-types': 'uniqueTypes',
  vocabulary: 'vocabulary',
  engagement: 'engagement',
} as const satisfies Record<string, keyof Level>;

export type LevelNumber = keyof typeof NUMBERS;

/** Names of the numbers, for the settings' schema and for help. */
export const LEVEL_NUMBERS = Object.keys(NUMBERS) as [LevelNumber, ...LevelNumber[]];

/** Numbers that a workspace sets otherwise, by track (`b1`) or by level of the table (`b1-checkpoint`), which wins. */
export type LevelOverrides = Readonly<Record<string, { readonly [Name in LevelNumber]?: number | undefined }>>;

/** A level with the numbers that the settings give for one of the names; a later name wins. */
export function withOverrides(level: Level, overrides: LevelOverrides, names: readonly string[]): Level {
  const result: Record<string, unknown> = { ...level };
  for (const name of names) {
    const numbers = Object.hasOwn(overrides, name) ? overrides[name] : undefined;
    for (const key of LEVEL_NUMBERS) {
      const value = numbers?.[key];
      if (typeof value === 'number') result[NUMBERS[key]] = value;
    }
  }
  return result as unknown as Level;
}
