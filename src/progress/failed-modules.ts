/** The modules of a task that failed, for a retry. */
import { usageError } from '../domain/errors.ts';
import { FAILED_CLASSES, failedWith } from '../domain/failed.ts';
import { parseSelection, type Selection } from '../domain/selection.ts';
import type { TaskRecord } from '../store/records.ts';

/**
 * Reads `--class`: words with commas between.
 * @throws UserError (usage) that names the word that is none, and all that are.
 */
export function readClasses(text: string): string[] {
  const words = text.split(',').map((word) => word.trim().toLowerCase());
  const unknown = words.find((word) => !FAILED_CLASSES.includes(word));
  if (unknown === undefined) return words;
  throw usageError(`--class has "${unknown}", which is none of: ${FAILED_CLASSES.join(', ')}.`);
}

/** Numbers of the modules that failed, of the classes that are wanted; null wants all. */
export function failedNumbers(record: TaskRecord, classes: readonly string[] | null): number[] {
  return Object.values(record.modules)
    .filter((module) => failedWith(module, classes))
    .map(({ number }) => number)
    .sort((a, b) => a - b);
}

/**
 * The failed modules of a task as a selection.
 * @throws UserError (usage) where there is none.
 */
export function failedSelection(record: TaskRecord, classes: readonly string[] | null): Selection {
  const numbers = failedNumbers(record, classes);
  if (numbers.length > 0) return parseSelection(numbers.join(','));
  const kind = classes === null ? '' : ` with ${classes.join(' or ')}`;
  throw usageError(
    `No module of ${record.task_id} failed${kind}: there is nothing to run again.\nSee: batch-manager show ${record.task_id}`,
  );
}
