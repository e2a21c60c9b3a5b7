import { usageError } from '../domain/errors.ts';

/** Milliseconds of each unit, as a person may write it. */
const UNITS: readonly (readonly [names: RegExp, ms: number])[] = [
  [/^(ms|milliseconds?)$/, 1],
  [/^(s|secs?|seconds?)$/, 1000],
  [/^(m|mins?|minutes?)$/, 60_000],
  [/^(h|hrs?|hours?)$/, 3_600_000],
  [/^(d|days?)$/, 86_400_000],
  [/^(w|weeks?)$/, 604_800_000],
];

/** The longest wait that a setting may ask for, ms: 24 days. Node fires a timer of more than 2^31 ms at once. */
const LONGEST_WAIT = 24 * 86_400_000;

/**
 * Reads a time to wait: `90s`, `12 m`, `1.5h`, `1h30m`; 0 is no limit.
 * @throws UserError (usage) for a number without a unit, which could be meant as seconds as well as minutes, and for more
 *   than 24 days.
 */
export function readDuration(text: string, name: string): number {
  const value = readAge(text, name);
  if (value <= LONGEST_WAIT) return value;
  throw usageError(`${name} must be 24d at most, or 0 for no limit, but got "${text}".`);
}

/** The same of a time in the past, which may be as long as one likes. */
export function readAge(text: string, name: string): number {
  const trimmed = text.trim().toLowerCase();
  if (/^0+(\.0+)?$/.test(trimmed)) return 0;
  if (/^\d+(\.\d+)?$/.test(trimmed))
    throw usageError(`${name} needs a unit, such as ${trimmed}s or ${trimmed}m, but got "${text}".`);
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)\s*/gy)];
  const values = parts.map(([, number, word]) => Number(number) * unitOf(word));
  const sum = Math.round(values.reduce((total, value) => total + value, 0));
  const isWhole = parts.map(([part]) => part).join('').length === trimmed.length;
  // A second part is of a smaller unit: "1h30m", not "30m1h" or "5s5s".
  const isOrdered = parts.every(([, , word], at) => at === 0 || unitOf(word) < unitOf(parts[at - 1]?.[2]));
  if (parts.length > 0 && isWhole && isOrdered && Number.isSafeInteger(sum)) return sum;
  throw usageError(`${name} must be a duration such as 90s, 12m, 1.5h or 1h30m, but got "${text}".`);
}

const unitOf = (word: string | undefined): number => UNITS.find(([names]) => names.test(word ?? ''))?.[1] ?? NaN;
