/** What a level asks of a module: curriculum format, section 8. Null: the level has no such number. */
export interface Level {
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
  /** Share of Ukrainian in percent. */
  readonly immersion: { readonly min: number; readonly max: number } | null;
  /** At least one of these types is used. */
  readonly priorityTypes: readonly string[];
  /** Items that an activity has at least, where the level differs from `ITEM_MINIMUMS`. */
  readonly itemMinimums: Readonly<Record<string, number>>;
}

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

const PLAIN = { activitiesMax: null, immersion: null, priorityTypes: [], itemMinimums: {} } as const;

const A1: Level = {
  ...PLAIN,
  words: 750,
  activitiesMin: 8,
  density: 12,
  uniqueTypes: 4,
  vocabulary: 1,
  engagement: 3,
  priorityTypes: ['fill-in', 'match-up', 'anagram', 'unjumble', 'quiz'],
};
const B1_GRAMMAR: Level = {
  ...PLAIN,
  words: 1500,
  activitiesMin: 8,
  activitiesMax: 12,
  density: 12,
  uniqueTypes: 4,
  vocabulary: 25,
  engagement: 5,
  immersion: { min: 90, max: 100 },
  priorityTypes: GRAMMAR_TYPES,
};
const HISTORY: Level = {
  ...PLAIN,
  words: 4000,
  activitiesMin: 3,
  activitiesMax: 9,
  density: 1,
  uniqueTypes: 2,
  vocabulary: 20,
  engagement: 5,
  immersion: { min: 90, max: 100 },
  priorityTypes: HISTORY_TYPES,
};

/** The level table. */
export const LEVELS = {
  a1: A1,
  'a1-checkpoint': { ...A1, words: 500, density: 10, engagement: 2 },
  a2: { ...PLAIN, words: 1000, activitiesMin: 10, density: 12, uniqueTypes: 4, vocabulary: 1, engagement: 4 },
  'b1-bridge': {
    ...PLAIN,
    words: 1200,
    activitiesMin: 12,
    activitiesMax: 16,
    density: 14,
    uniqueTypes: 5,
    vocabulary: 20,
    engagement: 4,
    priorityTypes: ['fill-in', 'match-up', 'quiz', 'translate'],
  },
  'b1-grammar': B1_GRAMMAR,
  'b1-vocabulary': { ...B1_GRAMMAR, vocabulary: 35 },
  'b1-checkpoint': {
    ...PLAIN,
    words: 1200,
    activitiesMin: 10,
    density: 12,
    uniqueTypes: 4,
    vocabulary: 10,
    engagement: 3,
  },
  b2: { ...PLAIN, words: 1750, activitiesMin: 10, density: 14, uniqueTypes: 4, vocabulary: 25, engagement: 6 },
  'b2-synthesis': {
    ...PLAIN,
    words: 3000,
    activitiesMin: 10,
    activitiesMax: 14,
    density: 14,
    uniqueTypes: 4,
    vocabulary: 20,
    engagement: 4,
    immersion: { min: 90, max: 100 },
  },
  'b2-history': HISTORY,
  'c1-biography': {
    ...HISTORY,
    uniqueTypes: 3,
    vocabulary: 24,
    immersion: { min: 95, max: 100 },
    priorityTypes: [...HISTORY_TYPES, 'authorial-intent', 'quiz'],
    itemMinimums: BIOGRAPHY_MINIMUMS,
  },
  c1: { ...PLAIN, words: 2000, activitiesMin: 12, density: 12, uniqueTypes: 4, vocabulary: 25, engagement: 7 },
  c2: { ...PLAIN, words: 2000, activitiesMin: 16, density: 18, uniqueTypes: null, vocabulary: null, engagement: null },
} as const satisfies Record<string, Level>;

export type LevelName = keyof typeof LEVELS;

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
export const GRADUATED_IMMERSION: readonly {
  readonly level: LevelName;
  readonly from: number;
  readonly to: number;
  readonly min: number;
  readonly max: number;
}[] = [
  { level: 'a1', from: 8, to: 9, min: 15, max: 35 },
  { level: 'a1', from: 11, to: 12, min: 25, max: 40 },
  { level: 'b1-grammar', from: 6, to: 10, min: 85, max: 100 },
  { level: 'b1-vocabulary', from: 6, to: 10, min: 85, max: 100 },
];
