import type { LevelName } from './levels.ts';

/** The family of levels that a track's name, or the `level` of a plan or meta, stands for. */
export const FAMILIES = [
  { name: /(?:^|-)bio(?:graphy)?(?:-|$)/, family: 'biography' },
  { name: /(?:^|-)hist(?:ory)?(?:-|$)/, family: 'history' },
  { name: /^(?:lit|oes|ruth)(?:-|$)/, family: 'history' },
  { name: /^a1(?![a-z0-9])/, family: 'a1' },
  { name: /^a2(?![a-z0-9])/, family: 'a2' },
  { name: /^b1(?![a-z0-9])/, family: 'b1' },
  { name: /^b2(?![a-z0-9])/, family: 'b2' },
  { name: /^c1(?![a-z0-9])/, family: 'c1' },
  { name: /^c2(?![a-z0-9])/, family: 'c2' },
] as const;

export type Family = (typeof FAMILIES)[number]['family'];

/** The family of a module of which nothing tells one. */
export const DEFAULT_FAMILY: Family = 'b1';

/** A row of the rules below: what is left out does not matter. */
export interface LevelRule {
  readonly family: Family;
  /** Module numbers. */
  readonly from?: number;
  readonly to?: number;
  /** Whether the module is a checkpoint, by its plan or its name. */
  readonly checkpoint?: true;
  /** Begins `module_type` or `focus` of the plan or the meta. */
  readonly kind?: string;
  readonly level: LevelName;
}

/** The level of a module: the first row that fits. */
export const LEVEL_RULES: readonly LevelRule[] = [
  { family: 'a1', checkpoint: true, level: 'a1-checkpoint' },
  { family: 'a1', level: 'a1' },
  { family: 'a2', level: 'a2' },
  { family: 'b1', from: 1, to: 5, level: 'b1-bridge' },
  { family: 'b1', checkpoint: true, level: 'b1-checkpoint' },
  { family: 'b1', kind: 'vocab', level: 'b1-vocabulary' },
  { family: 'b1', level: 'b1-grammar' },
  { family: 'b2', checkpoint: true, level: 'b2' },
  { family: 'b2', kind: 'synthesis', level: 'b2-synthesis' },
  { family: 'b2', level: 'b2' },
  { family: 'history', level: 'b2-history' },
  { family: 'biography', level: 'c1-biography' },
  { family: 'c1', level: 'c1' },
  { family: 'c2', level: 'c2' },
];
