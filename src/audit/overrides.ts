import { LEVELS, type Level, type LevelName } from './levels.ts';

/** The numbers of a level that a workspace may set, as they are named in the settings, and where they go in a level. */
const NUMBERS = {
  words: (level, value) => ({ ...level, words: value }),
  'activities-min': (level, value) => ({ ...level, activitiesMin: value }),
  'activities-max': (level, value) => ({ ...level, activitiesMax: value }),
  density: (level, value) => ({ ...level, density: value }),
  'unique-types': (level, value) => ({ ...level, uniqueTypes: value }),
  vocabulary: (level, value) => ({ ...level, vocabulary: value }),
  engagement: (level, value) => ({ ...level, engagement: value }),
  'immersion-min': (level, value) => ({ ...level, immersion: { ...rangeOf(level), min: value } }),
  'immersion-max': (level, value) => ({ ...level, immersion: { ...rangeOf(level), max: value } }),
  richness: (level, value) => ({
    ...level,
    richness: value === 0 ? null : { profile: level.richness?.profile ?? 'grammar', min: value },
  }),
  'review-characters': (level, value) => ({ ...level, review: { ...level.review, characters: value } }),
  'review-dimensions': (level, value) => ({ ...level, review: { ...level.review, dimensions: value } }),
} as const satisfies Record<string, (level: Level, value: number) => Level>;

export type LevelNumber = keyof typeof NUMBERS;

/** Names of the numbers, for the settings' schema and for help. */
export const LEVEL_NUMBERS = Object.keys(NUMBERS) as [LevelNumber, ...LevelNumber[]];

/** What a workspace sets otherwise of a level. */
export type LevelOverride = { readonly [Name in LevelNumber]?: number | undefined } & {
  /** For a track: the level of the table that its modules are judged as. */
  readonly like?: string | undefined;
  readonly 'priority-types'?: readonly string[] | undefined;
  /** Required whatever a plan hints at. */
  readonly 'required-types'?: readonly string[] | undefined;
  /** Items an activity has at least, by type; beside those of the level. */
  readonly 'item-minimums'?: Readonly<Record<string, number>> | undefined;
};

/** Overrides by track (`b1`) or by level of the table (`b1-checkpoint`), which wins. */
export type LevelOverrides = Readonly<Record<string, LevelOverride>>;

/** The level that the settings name for a track; undefined where they name none. */
export function likeLevel(overrides: LevelOverrides, track: string): LevelName | undefined {
  const like = overrideOf(overrides, track)?.like;
  return like !== undefined && Object.hasOwn(LEVELS, like) ? (like as LevelName) : undefined;
}

/** A level with what the settings say for one of the names; a later name wins. */
export function withOverrides(level: Level, overrides: LevelOverrides, names: readonly string[]): Level {
  let result = level;
  for (const name of names) {
    const override = overrideOf(overrides, name);
    if (override === undefined) continue;
    for (const key of LEVEL_NUMBERS) {
      const value = override[key];
      if (typeof value === 'number') result = NUMBERS[key](result, value);
    }
    result = withTypes(result, override);
  }
  return result;
}

function withTypes(level: Level, override: LevelOverride): Level {
  const required = override['required-types'];
  return {
    ...level,
    priorityTypes: override['priority-types'] ?? level.priorityTypes,
    ...(required === undefined ? {} : { requiredTypes: required, requiredHints: 'none' as const }),
    itemMinimums: { ...level.itemMinimums, ...override['item-minimums'] },
  };
}

const rangeOf = (level: Level): NonNullable<Level['immersion']> =>
  level.immersion ?? { min: 0, max: 100, label: 'settings' };

const overrideOf = (overrides: LevelOverrides, name: string): LevelOverride | undefined =>
  Object.hasOwn(overrides, name) ? overrides[name] : undefined;
