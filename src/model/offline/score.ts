import type { PromptGate } from '../../domain/audit-block.ts';
import { weightedMean } from '../../domain/review-text.ts';
import { DIMENSIONS } from '../../domain/review.ts';
import type { Check, DimensionName, Problem, Severity } from './check.ts';

/**
 * How the offline model scores. Each dimension starts at 9.6; every check and every gate that found something keeps only a
 * share of it, and each further find of the same one a little less. So fewer problems never score lower, a module without
 * any scores 9.6, a slip alone does not fail a dimension, and a flaw, a break or a failing gate puts it under its limit.
 */
const CLEAN = 9.6;
const KEEPS: Readonly<Record<Severity, number>> = { slip: 0.97, flaw: 0.71, break: 0.6 };
const KEEPS_GATE = { pass: 1, info: 1, warn: 0.98, fail: 0.6 } as const;
const KEEPS_FURTHER = 0.995;
/** Finds beyond this number lower nothing more. */
const MOST_FINDS = 20;

/** Which dimensions a gate of the audit speaks of, by the first part of its name that is known. */
const GATE_DIMENSIONS: readonly (readonly [RegExp, readonly DimensionName[]])[] = [
  [/word/, ['Educational', 'Richness']],
  [/struct|outline/, ['Coherence', 'Pedagogy']],
  [/vocab/, ['Relevance', 'Educational']],
  [/yaml|schema/, ['Activities', 'Experience', 'Beginner Safety']],
  [/activit|density|type|priority/, ['Activities', 'Experience', 'Pedagogy']],
  [/engag/, ['Experience', 'Richness']],
  [/immersion/, ['Immersion', 'Beginner Safety']],
  [/rich/, ['Richness', 'Experience']],
  [/pedagog/, ['Pedagogy', 'Educational']],
  [/natural|lint/, ['Language', 'Coherence']],
];

/** A check that found something, and what. */
export interface Found {
  readonly check: Check;
  readonly problems: readonly Problem[];
}

/** One row of the scores table. */
export interface ScoredDimension {
  readonly name: string;
  readonly limit: number;
  /** 0 to 10, two decimals. */
  readonly score: number;
  /** What lowered it. */
  readonly causes: readonly string[];
}

export interface Scores {
  readonly rows: readonly ScoredDimension[];
  /** The mean of the rows by their weights, two decimals. */
  readonly overall: number;
}

/** Dimensions that a gate lowers. */
export function gateDimensions(gate: string): readonly DimensionName[] {
  const name = gate.toLowerCase();
  return GATE_DIMENSIONS.find(([pattern]) => pattern.test(name))?.[1] ?? ['Educational', 'Coherence'];
}

/** Scores a module by what the checks and the gates found. */
export function scoreModule(found: readonly Found[], gates: readonly PromptGate[]): Scores {
  const losses = [
    ...found.map(({ check, problems }) => ({
      dimensions: check.dimensions,
      keeps: share(KEEPS[check.severity], problems.length),
      cause: `${check.id}: ${problems.length}`,
    })),
    ...gates.map((gate) => ({
      dimensions: gateDimensions(gate.gate),
      keeps: share(KEEPS_GATE[gate.status], gate.findings),
      cause: `audit ${gate.gate}: ${gate.status}`,
    })),
  ].filter((loss) => loss.keeps < 1);
  const rows = DIMENSIONS.map(({ name, limit }) => {
    const mine = losses.filter((loss) => loss.dimensions.some((dimension) => dimension === name));
    return {
      name,
      limit,
      score: mine.reduce((kept, loss) => kept * loss.keeps, CLEAN),
      causes: mine.map((loss) => loss.cause),
    };
  });
  // The mean is taken before rounding: a slip among many problems should still show in it.
  const overall = round(weightedMean({ dimensions: rows }) ?? 0);
  return { rows: rows.map((row) => ({ ...row, score: round(row.score) })), overall };
}

function share(first: number, finds: number): number {
  if (first === 1) return 1;
  return first * KEEPS_FURTHER ** (Math.min(Math.max(finds, 1), MOST_FINDS) - 1);
}

const round = (value: number): number => Math.round(value * 100) / 100;
