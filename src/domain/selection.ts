import { usageError } from './errors.ts';

/** Which modules of a track a task takes: inclusive ranges of numbers, ascending and apart. */
export type Selection = readonly (readonly [from: number, to: number])[];

/** All numbers of a selection, ascending. */
export function selectedNumbers(selection: Selection): readonly number[] {
  return selection.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, index) => from + index));
}

/** Number of modules selected. */
export function selectionSize(selection: Selection): number {
  return selection.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

/** Folds numbers, in any order and with repeats, into a selection. */
export function toSelection(numbers: readonly number[]): Selection {
  const ranges: [number, number][] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges;
}

/** `3,7,9-12`: how a selection is written on the command line and in lists. */
export function formatSelection(selection: Selection): string {
  return selection.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
}

/**
 * Reads `3,7,9-12`.
 * @throws UserError (usage) for anything that is not a list of numbers and ascending ranges.
 */
export function parseSelection(text: string): Selection {
  const numbers = text.split(',').flatMap((part) => {
    const match = /^\s*(\d+)(?:\s*-\s*(\d+))?\s*$/.exec(part);
    if (match === null)
      throw usageError(`--modules wants numbers and ranges such as 3,7,9-12, but got "${part.trim()}".`);
    const from = Number(match[1]);
    const to = Number(match[2] ?? match[1]);
    if (to < from) throw usageError(`--modules has the range ${from}-${to} reversed. Write ${to}-${from}.`);
    if (to > 100_000) throw usageError(`--modules has the number ${to}; no track is that long.`);
    return selectedNumbers([[from, to]]);
  });
  return toSelection(numbers);
}

/**
 * Reads START and END of the command line.
 * @throws UserError (usage) where one is no number from 1, or the range is reversed.
 */
export function parseRange(start: string, end: string): Selection {
  const [from, to] = [start, end].map((text, index) => {
    if (!/^\d{1,6}$/.test(text) || Number(text) === 0) {
      throw usageError(`${index === 0 ? 'START' : 'END'} must be a module number from 1, but got "${text}".`);
    }
    return Number(text);
  }) as [number, number];
  if (to < from) throw usageError(`START ${from} is after END ${to}. Write ${to} ${from}.`);
  return [[from, to]];
}

/** What is said of a track that is only planned. */
export const noModulesText = (track: string): string =>
  `Track ${track} has no modules yet: list them under "modules:" of the track in the manifest.`;

/**
 * Refuses numbers outside of the track.
 * @throws UserError (usage) that names the track's size.
 */
export function checkSelection(selection: Selection, track: string, size: number): void {
  if (size === 0) throw usageError(noModulesText(track));
  const outside = selectedNumbers(selection).filter((number) => number < 1 || number > size);
  if (outside.length === 0) return;
  const got = formatSelection(toSelection(outside));
  throw usageError(
    `Track ${track} has ${size} ${size === 1 ? 'module' : `modules (1-${size})`}, but ${got} ${outside.length === 1 ? 'was' : 'were'} asked for.`,
  );
}
