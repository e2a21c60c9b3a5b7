import { record } from '../retry-after.ts';
import type { JsonPaths } from './template.ts';

/** The values that a path such as `stats.models.*.tokens` leads to; `*` stands for every key. Empty where it leads to none. */
export function valuesAt(data: unknown, path: string): readonly unknown[] {
  let found: readonly unknown[] = [data];
  for (const key of path.split('.')) {
    found = found.flatMap((value) => {
      if (key === '*') return Object.values(record(value));
      return Object.hasOwn(record(value), key) ? [record(value)[key]] : [];
    });
  }
  return found.filter((value) => value !== undefined && value !== null);
}

/** The sum of the whole numbers at the paths; null where there is none. */
export function sumAt(data: unknown, paths: JsonPaths | undefined): number | null {
  if (paths === undefined) return null;
  const numbers = [paths]
    .flat()
    .flatMap((path) => valuesAt(data, path))
    .filter((value): value is number => Number.isSafeInteger(value) && (value as number) >= 0);
  return numbers.length === 0 ? null : numbers.reduce((sum, value) => sum + value, 0);
}
