import { cut } from './values.ts';

/** A departure of an activity from the shape of its type. */
export interface Slip {
  readonly problem: string;
  readonly hint: string;
  /** Entries of the activity's list that have it, from 1; empty where it is the activity itself. */
  readonly entries: readonly number[];
}

export function slip(problem: string, hint: string): Slip {
  return { problem, hint, entries: [] };
}

/** The slip of keys that nothing reads, named in order so that their order in the file tells nothing; none for none. */
export function unknownKeys(owner: string, fields: object, known: readonly string[]): readonly Slip[] {
  const unknown = Object.keys(fields).filter((key) => !known.includes(key));
  if (unknown.length === 0) return [];
  const shown = unknown.sort().slice(0, 10);
  const names = shown.map((key) => `'${cut(key, 40)}'`).join(', ');
  return [slip(`unknown key ${names}`, `${owner} has no ${names}: rename or remove it.`)];
}

/** Slips of all entries, the same problem once, with the entries that have it. */
export function groupSlips(ofEntries: readonly (readonly Slip[])[]): readonly Slip[] {
  const groups = new Map<string, { readonly hint: string; readonly entries: number[] }>();
  for (const [index, slips] of ofEntries.entries()) {
    for (const { problem, hint } of slips) {
      const group = groups.get(problem);
      if (group === undefined) groups.set(problem, { hint, entries: [index + 1] });
      else group.entries.push(index + 1);
    }
  }
  return [...groups].map(([problem, { hint, entries }]) => ({ problem, hint, entries }));
}
