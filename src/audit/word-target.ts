import { field } from './values.ts';

/** Whose word target counts: the module's plan (its meta goes first), or the level table's alone. */
export type WordTargetSource = 'plan' | 'table';

/** The word target of a module. With `plan`: meta.word_target, else plan.word_target, else the table's number. */
export function wordTarget(source: WordTargetSource, meta: unknown, plan: unknown, table: number): number {
  if (source === 'table') return table;
  return positiveInteger(field(meta, 'word_target')) ?? positiveInteger(field(plan, 'word_target')) ?? table;
}

/** A count as YAML has it, quoted or not; null for anything else, so that a slip in the plan does not lower the target to nothing. */
function positiveInteger(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value.trim()) ? Number(value) : value;
  return typeof number === 'number' && Number.isInteger(number) && number > 0 ? number : null;
}
