/** What is counted of a lesson; the rules stand in richness-counts.ts. */
export type RichnessCount =
  | 'examples'
  | 'engagement'
  | 'dialogues'
  | 'variety'
  | 'cultural'
  | 'realworld'
  | 'visual'
  | 'paragraph_var'
  | 'questions'
  | 'proverbs'
  | 'primary_sources'
  | 'timeline_markers'
  | 'decolonization'
  | 'quotes'
  | 'legacy';

/** One row: its share of the score is its weight over the sum of all, times the smaller of 1 and count / target. */
export interface RichnessRow {
  readonly count: RichnessCount;
  /** Null: the count is itself a share from 0 to 1. */
  readonly target: number | null;
  readonly weight: number;
}

/** What makes a lesson rich, by kind: curriculum format, section 9. The percents there are weights over their sum. */
export const RICHNESS = {
  grammar: [
    { count: 'examples', target: 24, weight: 4 },
    { count: 'engagement', target: 5, weight: 3 },
    { count: 'dialogues', target: 4, weight: 3 },
    { count: 'variety', target: null, weight: 2 },
    { count: 'cultural', target: 3, weight: 2 },
    { count: 'realworld', target: 3, weight: 2 },
    { count: 'visual', target: 3, weight: 1 },
    { count: 'paragraph_var', target: null, weight: 1 },
    { count: 'questions', target: 5, weight: 1 },
    { count: 'proverbs', target: 1, weight: 1 },
  ],
  history: [
    { count: 'primary_sources', target: 3, weight: 5 },
    { count: 'engagement', target: 6, weight: 3 },
    { count: 'timeline_markers', target: 10, weight: 3 },
    { count: 'decolonization', target: 2, weight: 3 },
    { count: 'cultural', target: 4, weight: 2 },
    { count: 'visual', target: 4, weight: 2 },
    { count: 'variety', target: null, weight: 1 },
    { count: 'paragraph_var', target: null, weight: 1 },
    { count: 'questions', target: 3, weight: 1 },
  ],
  biography: [
    { count: 'primary_sources', target: 4, weight: 4 },
    { count: 'engagement', target: 6, weight: 3 },
    { count: 'quotes', target: 3, weight: 3 },
    { count: 'cultural', target: 4, weight: 2 },
    { count: 'visual', target: 4, weight: 2 },
    { count: 'timeline_markers', target: 8, weight: 2 },
    { count: 'legacy', target: 2, weight: 2 },
    { count: 'variety', target: null, weight: 1 },
    { count: 'paragraph_var', target: null, weight: 1 },
    { count: 'questions', target: 3, weight: 1 },
  ],
} as const satisfies Record<string, readonly RichnessRow[]>;

export type RichnessName = keyof typeof RICHNESS;
