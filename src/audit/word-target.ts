import { field } from './values.ts';

/** Whose word target counts: the module's plan (its meta goes first), its meta alone, or the level table's alone. */
export const WORD_TARGET_SOURCES = ['plan', 'meta', 'table'] as const;
export type WordTargetSource = (typeof WORD_TARGET_SOURCES)[number];

/** The word target of a module. With `plan`: meta.word_target, else plan.word_target, else the table's number; with `meta` not the plan's. */
export function wordTarget(source: WordTargetSource, meta: unknown, plan: unknown, table: number): number {
  if (source === 'table') return table;
  const ofMeta = positiveInteger(field(meta, 'word_target'));
  const ofPlan = source === 'plan' ? positiveInteger(field(plan, 'word_target')) : null;
  return ofMeta ?? ofPlan ?? table;
}

/** A count as YAML has it, quoted or not; null for anything else, so that a slip in the plan does not lower the target to nothing. */
export function positiveInteger(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 ? number : null;
}
