import { DENSITY_TYPES, GRADUATED_IMMERSION, ITEM_MINIMUMS, LEVELS, type Level, type LevelName } from './levels.ts';
import { withOverrides, type LevelOverrides } from './overrides.ts';

/** What a module is judged by: the numbers of its level, with the workspace's overrides. */
export interface LevelProfile extends Level {
  readonly name: LevelName;
}

/** What tells the level beside track and number; null where the module does not say. */
export interface ProfileHints {
  /** Manifest entry: a checkpoint is told by its name. */
  readonly slug: string | null;
  /** `level` of the plan or meta: `B1`, `B2-HIST`. */
  readonly level: string | null;
  /** `module_type` and `focus` of the plan: bridge, grammar, vocabulary, checkpoint, synthesis. */
  readonly kinds: readonly string[];
}

const NO_HINTS: ProfileHints = { slug: null, level: null, kinds: [] };

/** Number of the last module of B1 that bridges from English to Ukrainian. */
const LAST_BRIDGE = 5;

/**
 * The profile of a module. Tracks that the table does not name are judged by a level that it does:
 * `…-hist`, `lit`, `oes` and `ruth` as history, `…-bio` as biography, otherwise by the level in front (`b2-pro` as b2);
 * a track that tells nothing by the level in the plan, else as b1. An override counts for a track or for a level.
 */
export function profileFor(
  track: string,
  number: number,
  hints: ProfileHints = NO_HINTS,
  overrides: LevelOverrides = {},
): LevelProfile {
  const family = familyOf(track) ?? familyOf(hints.level ?? '') ?? 'b1';
  const name = levelName(family, number, hints);
  const level = withOverrides(LEVELS[name], overrides, [track, name]);
  const graduated = GRADUATED_IMMERSION.find((row) => row.level === name && row.from <= number && number <= row.to);
  return { ...level, name, immersion: graduated ?? level.immersion };
}

/** Items that an activity of a type has at least. */
export function minimumItems(profile: LevelProfile, type: string): number {
  if (DENSITY_TYPES.includes(type)) return profile.density;
  if (Object.hasOwn(profile.itemMinimums, type)) return profile.itemMinimums[type] ?? 1;
  return Object.hasOwn(ITEM_MINIMUMS, type) ? (ITEM_MINIMUMS[type] ?? 1) : 1;
}

type Family = 'a1' | 'a2' | 'b1' | 'b2' | 'c1' | 'c2' | 'history' | 'biography';

function familyOf(track: string): Family | null {
  const name = track.toLowerCase();
  if (/(^|-)bio(graphy)?(-|$)/.test(name)) return 'biography';
  if (/(^|-)hist(ory)?(-|$)/.test(name) || /^(lit|oes|ruth)(-|$)/.test(name)) return 'history';
  return (/^(a1|a2|b1|b2|c1|c2)(?![a-z0-9])/.exec(name)?.[1] as Family | undefined) ?? null;
}

function levelName(family: Family, number: number, hints: ProfileHints): LevelName {
  const kinds = hints.kinds.map((kind) => kind.toLowerCase());
  const checkpoint = kinds.includes('checkpoint') || /(^|-)checkpoint(-|$)/.test(hints.slug ?? '');
  switch (family) {
    case 'history':
      return 'b2-history';
    case 'biography':
      return 'c1-biography';
    case 'a1':
      return checkpoint ? 'a1-checkpoint' : 'a1';
    case 'b1':
      return b1Level(number, kinds, checkpoint);
    case 'b2':
      return kinds.includes('synthesis') && !checkpoint ? 'b2-synthesis' : 'b2';
    default:
      return family;
  }
}

function b1Level(number: number, kinds: readonly string[], checkpoint: boolean): LevelName {
  if (number >= 1 && number <= LAST_BRIDGE) return 'b1-bridge';
  if (checkpoint) return 'b1-checkpoint';
  return kinds.some((kind) => kind.startsWith('vocab')) ? 'b1-vocabulary' : 'b1-grammar';
}
