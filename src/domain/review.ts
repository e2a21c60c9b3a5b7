/** One row of a review's scores table. */
export interface DimensionScore {
  readonly name: string;
  /** 0 to 10. */
  readonly score: number;
}

/** A review as read from a model's reply or a review file. */
export interface Review {
  /** Headline, 0 to 10 (`**Overall Score:** 6.4/10`; x/5 is doubled). */
  readonly score: number;
  readonly verdict: 'PASS' | 'FAIL';
  readonly dimensions: readonly DimensionScore[];
  /** Titles of the critical issues, each cut to 200 characters. */
  readonly issues: readonly string[];
}

export interface Dimension {
  readonly name: string;
  readonly weight: number;
  /** A score under it fails the review, whatever the headline says. */
  readonly limit: number;
}

/** The twelve dimensions of a content review, their weights (sum 14) and auto-fail limits: curriculum format, section 11. */
export const DIMENSIONS: readonly Dimension[] = [
  { name: 'Experience', weight: 1.5, limit: 7 },
  { name: 'Coherence', weight: 1, limit: 7 },
  { name: 'Relevance', weight: 1, limit: 7 },
  { name: 'Educational', weight: 1.2, limit: 7 },
  { name: 'Language', weight: 1.1, limit: 8 },
  { name: 'Pedagogy', weight: 1.2, limit: 7 },
  { name: 'Immersion', weight: 1, limit: 6 },
  { name: 'Activities', weight: 1.3, limit: 7 },
  { name: 'Richness', weight: 0.9, limit: 6 },
  { name: 'Beginner Safety', weight: 1.3, limit: 7 },
  { name: 'LLM Fingerprint', weight: 1, limit: 7 },
  { name: 'Linguistic Accuracy', weight: 1.5, limit: 9 },
];

/** The dimension that a row's name means: `Experience Quality` is Experience, `Language` is not Linguistic Accuracy. */
export function dimensionOf(name: string): Dimension | undefined {
  const wanted = name.trim().toLowerCase();
  return DIMENSIONS.find((dimension) => wanted.startsWith(dimension.name.toLowerCase()));
}

/** Names of the dimensions under their limit. */
export function underLimit(review: Review): readonly string[] {
  return review.dimensions.filter((row) => row.score < (dimensionOf(row.name)?.limit ?? 0)).map((row) => row.name);
}

/** The review's half of the pass rule: score reached, no dimension under its limit, verdict not FAIL. */
export function reviewPasses(review: Review, passScore: number): boolean {
  return review.score >= passScore && review.verdict !== 'FAIL' && underLimit(review).length === 0;
}
