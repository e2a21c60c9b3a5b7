import { DEFAULT_FAMILY, FAMILIES, LEVEL_RULES, type Family, type LevelRule } from './level-rules.ts';
import { DENSITY_TYPES, GRADUATED_IMMERSION, ITEM_MINIMUMS, LEVELS, type Level, type LevelName } from './levels.ts';
import { likeLevel, withOverrides, type LevelOverrides } from './overrides.ts';

/** What a module is judged by: the numbers of its level, with the workspace's overrides. */
export interface LevelProfile extends Level {
  readonly name: LevelName;
  /** The share of Ukrainian of the level as a whole, where that of the module is another. */
  readonly levelImmersion: Level['immersion'];
}

/** What tells the level beside track and number; null where the module does not say. */
export interface ProfileHints {
  /** Manifest entry: a checkpoint is told by its name. */
  readonly slug: string | null;
  /** `level` of the plan or meta: `B1`, `B2-HIST`. */
  readonly level: string | null;
  /** `module_type` and `focus` of the plan and the meta: bridge, grammar, vocabulary, checkpoint, synthesis. */
  readonly kinds: readonly string[];
}

const NO_HINTS: ProfileHints = { slug: null, level: null, kinds: [] };

/**
 * The profile of a module: by the track, a track that tells nothing by the level in the plan, else as b1, all by the tables of
 * level-rules.ts. The settings may name another level for a track, and other numbers for a track or a level.
 */
export function profileFor(
  track: string,
  number: number,
  hints: ProfileHints = NO_HINTS,
  overrides: LevelOverrides = {},
): LevelProfile {
  const name = likeLevel(overrides, track) ?? levelName(track, number, hints);
  const graduated = GRADUATED_IMMERSION.find((row) => row.level === name && row.from <= number && number <= row.to);
  const level: Level = LEVELS[name];
  const immersion = graduated ?? level.immersion;
  const names = [track, name];
  const { immersion: levelImmersion } = withOverrides(level, overrides, names);
  return { ...withOverrides({ ...level, immersion }, overrides, names), name, levelImmersion };
}

/** Items that an activity of a type has at least. */
export function minimumItems(profile: LevelProfile, type: string): number {
  if (DENSITY_TYPES.includes(type)) return profile.density;
  if (Object.hasOwn(profile.itemMinimums, type)) return profile.itemMinimums[type] ?? 1;
  return Object.hasOwn(ITEM_MINIMUMS, type) ? (ITEM_MINIMUMS[type] ?? 1) : 1;
}

function familyOf(name: string): Family | undefined {
  return FAMILIES.find((row) => row.name.test(name.toLowerCase()))?.family;
}

function levelName(track: string, number: number, hints: ProfileHints): LevelName {
  const family = familyOf(track) ?? familyOf(hints.level ?? '') ?? DEFAULT_FAMILY;
  const kinds = hints.kinds.map((kind) => kind.toLowerCase());
  const checkpoint = kinds.includes('checkpoint') || /(^|-)checkpoint(-|$)/.test(hints.slug ?? '');
  const fits = (rule: LevelRule): boolean =>
    rule.family === family &&
    (rule.from === undefined || number >= rule.from) &&
    (rule.to === undefined || number <= rule.to) &&
    (rule.checkpoint === undefined || checkpoint) &&
    (rule.kind === undefined || kinds.some((kind) => kind.startsWith(rule.kind ?? '')));
  return LEVEL_RULES.find(fits)?.level ?? 'b1-grammar';
}
