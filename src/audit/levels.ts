import type { RichnessName } from './richness-profiles.ts';

/** What a level asks of a module: curriculum format, section 8. Null: the level has no such number. */
export interface Level {
  /** How reports name it: `B1-grammar`. */
  readonly title: string;
  /** Wanted words of a lesson, where neither the settings nor the module's plan say otherwise. */
  readonly words: number;
  readonly activitiesMin: number;
  /** More than that is only noted. */
  readonly activitiesMax: number | null;
  /** Items that group-sort and cloze activities have at least. */
  readonly density: number;
  /** Different activity types. */
  readonly uniqueTypes: number | null;
  /** Vocabulary items with a translation; a soft target. */
  readonly vocabulary: number | null;
  /** Callouts that engage. */
  readonly engagement: number | null;
  /** Share of Ukrainian in percent; the label is how reports name the range. */
  readonly immersion: ImmersionRange | null;
  /** At least one of these types is used, where there are any. */
  readonly priorityTypes: readonly string[];
  /** Types that a module uses whose plan hints at none. */
  readonly requiredTypes: readonly string[];
  /** Which types that a plan hints at are required: all of them, those that are priority types too, or none. */
  readonly requiredHints: 'all' | 'priority' | 'none';
  /** Items that an activity has at least, where the level differs from `ITEM_MINIMUMS`. */
  readonly itemMinimums: Readonly<Record<string, number>>;
  /** What makes a lesson of the level rich, and the percent that it reaches; null where it is not asked. */
  readonly richness: { readonly profile: RichnessName; readonly min: number } | null;
  /** What a content review has at least. */
  readonly review: ReviewTier;
  /** Whether the lesson is the work and its activities are few. */
  readonly contentHeavy: boolean;
}

export interface ImmersionRange {
  readonly min: number;
  readonly max: number;
  readonly label: string;
}

/** Curriculum format, section 11. */
export interface ReviewTier {
  readonly tier: 1 | 2 | 3 | 4;
  readonly characters: number;
  /** Rows of its scores table. */
  readonly dimensions: number;
}

const TIER_1: ReviewTier = { tier: 1, characters: 400, dimensions: 5 };
const TIER_2: ReviewTier = { tier: 2, characters: 800, dimensions: 8 };
const TIER_3: ReviewTier = { tier: 3, characters: 1500, dimensions: 10 };
const TIER_4: ReviewTier = { tier: 4, characters: 800, dimensions: 8 };

const GRAMMAR_TYPES = ['error-correction', 'fill-in', 'unjumble', 'cloze'];
const HISTORY_TYPES = ['reading', 'essay-response', 'critical-analysis', 'comparative-study'];
const BIOGRAPHY_MINIMUMS = {
  quiz: 5,
  select: 5,
  'true-false': 5,
  'error-correction': 5,
  unjumble: 5,
  translate: 5,
  'match-up': 6,
  'fill-in': 6,
};

const PLAIN = {
  activitiesMax: null,
  immersion: null,
  priorityTypes: [],
  requiredTypes: [],
  requiredHints: 'all',
  itemMinimums: {},
  richness: null,
  review: TIER_2,
  contentHeavy: false,
} as const satisfies Partial<Level>;
const RICH_GRAMMAR = { profile: 'grammar', min: 95 } as const;

const A1: Level = {
  ...PLAIN,
  title: 'A1',
  words: 750,
  activitiesMin: 8,
  density: 12,
  uniqueTypes: 4,
  vocabulary: 1,
  engagement: 3,
  priorityTypes: ['fill-in', 'match-up', 'anagram', 'unjumble', 'quiz'],
  review: TIER_1,
};
const B1_GRAMMAR: Level = {
  ...PLAIN,
  title: 'B1-grammar',
  words: 1500,
  activitiesMin: 8,
  activitiesMax: 12,
  density: 12,
  uniqueTypes: 4,
  vocabulary: 25,
  engagement: 5,
  immersion: { min: 90, max: 100, label: 'B1' },
  priorityTypes: GRAMMAR_TYPES,
  richness: RICH_GRAMMAR,
};
const HISTORY: Level = {
  ...PLAIN,
  title: 'B2-history',
  words: 4000,
  activitiesMin: 3,
  activitiesMax: 9,
  density: 1,
  uniqueTypes: 2,
  vocabulary: 20,
  engagement: 5,
  immersion: { min: 90, max: 100, label: 'history' },
  priorityTypes: HISTORY_TYPES,
  // Plans of these tracks still hint at the drills that were cut from them.
  requiredHints: 'priority',
  richness: { profile: 'history', min: 95 },
  review: TIER_3,
  contentHeavy: true,
};

/** The level table. */
export const LEVELS = {
  a1: A1,
  'a1-checkpoint': { ...A1, title: 'A1-checkpoint', words: 500, density: 10, engagement: 2 },
  a2: {
    ...PLAIN,
    title: 'A2',
    words: 1000,
    activitiesMin: 10,
    density: 12,
    uniqueTypes: 4,
    vocabulary: 1,
    engagement: 4,
    review: TIER_1,
  },
  'b1-bridge': {
    ...PLAIN,
    title: 'B1-bridge',
    words: 1200,
    activitiesMin: 12,
    activitiesMax: 16,
    density: 14,
    uniqueTypes: 5,
    vocabulary: 20,
    engagement: 4,
    priorityTypes: ['fill-in', 'match-up', 'quiz', 'translate'],
    richness: RICH_GRAMMAR,
  },
  'b1-grammar': B1_GRAMMAR,
  'b1-vocabulary': { ...B1_GRAMMAR, title: 'B1-vocab', vocabulary: 35 },
  'b1-checkpoint': {
    ...PLAIN,
    title: 'B1-checkpoint',
    words: 1200,
    activitiesMin: 10,
    density: 12,
    uniqueTypes: 4,
    vocabulary: 10,
    engagement: 3,
    richness: RICH_GRAMMAR,
  },
  b2: {
    ...PLAIN,
    title: 'B2',
    words: 1750,
    activitiesMin: 10,
    density: 14,
    uniqueTypes: 4,
    vocabulary: 25,
    engagement: 6,
    richness: RICH_GRAMMAR,
  },
  'b2-synthesis': {
    ...PLAIN,
    title: 'B2-synthesis',
    words: 3000,
    activitiesMin: 10,
    activitiesMax: 14,
    density: 14,
    uniqueTypes: 4,
    vocabulary: 20,
    engagement: 4,
    immersion: { min: 90, max: 100, label: 'synthesis' },
    priorityTypes: ['cloze', 'quiz', 'select', 'true-false'],
    itemMinimums: { reading: 3 },
    richness: { profile: 'history', min: 95 },
  },
  'b2-history': HISTORY,
  'c1-biography': {
    ...HISTORY,
    title: 'C1-biography',
    uniqueTypes: 3,
    vocabulary: 24,
    immersion: { min: 95, max: 100, label: 'biography' },
    priorityTypes: [...HISTORY_TYPES, 'authorial-intent', 'quiz'],
    requiredTypes: ['critical-analysis', 'reading'],
    itemMinimums: BIOGRAPHY_MINIMUMS,
    richness: { profile: 'biography', min: 95 },
  },
  c1: {
    ...PLAIN,
    title: 'C1',
    words: 2000,
    activitiesMin: 12,
    density: 12,
    uniqueTypes: 4,
    vocabulary: 25,
    engagement: 7,
    richness: RICH_GRAMMAR,
    review: TIER_4,
  },
  c2: {
    ...PLAIN,
    title: 'C2',
    words: 2000,
    activitiesMin: 16,
    density: 18,
    uniqueTypes: null,
    vocabulary: null,
    engagement: null,
    richness: RICH_GRAMMAR,
    review: TIER_4,
  },
} as const satisfies Record<string, Level>;

export type LevelName = keyof typeof LEVELS;

export const LEVEL_NAMES = Object.keys(LEVELS) as [LevelName, ...LevelName[]];

/** Items that an activity has at least, by type; types that are not listed need one, or the level's density. */
export const ITEM_MINIMUMS: Readonly<Record<string, number>> = {
  quiz: 8,
  'match-up': 8,
  'fill-in': 8,
  'true-false': 8,
  anagram: 8,
  select: 6,
  translate: 6,
  unjumble: 6,
  'error-correction': 6,
  'mark-the-words': 6,
};

/** Types whose minimum is the level's density. */
export const DENSITY_TYPES: readonly string[] = ['group-sort', 'cloze'];

/** Levels whose share of Ukrainian is another in some modules, by module number. */
export const GRADUATED_IMMERSION: readonly (ImmersionRange & {
  readonly level: LevelName;
  readonly from: number;
  readonly to: number;
})[] = [
  { level: 'a1', from: 8, to: 9, min: 15, max: 35, label: 'A1 M08-09' },
  { level: 'a1', from: 11, to: 12, min: 25, max: 40, label: 'A1 M11-12' },
  { level: 'b1-grammar', from: 6, to: 10, min: 85, max: 100, label: 'B1.1 Aspect' },
  { level: 'b1-vocabulary', from: 6, to: 10, min: 85, max: 100, label: 'B1.1 Aspect' },
];
