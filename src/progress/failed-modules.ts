/** The modules of a task that failed, for a retry. */
import type { Context } from '../context.ts';
import { failedError, usageError } from '../domain/errors.ts';
import { FAILED_CLASSES, failedWith } from '../domain/failed.ts';
import { toSelection, type Selection } from '../domain/selection.ts';
import { trackModules } from '../store/manifest.ts';
import type { TaskRecord } from '../store/records.ts';
import { manifestOf } from '../workspace-files.ts';

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

/**
 * Slugs of the modules that failed, of the classes that are wanted (null wants all), in the order of their numbers.
 * @throws UserError (usage) where there is none.
 */
export function failedSlugs(record: TaskRecord, classes: readonly string[] | null): string[] {
  const failed = Object.entries(record.modules)
    .filter(([, module]) => failedWith(module, classes))
    .sort(([, a], [, b]) => a.number - b.number)
    .map(([slug]) => slug);
  if (failed.length > 0) return failed;
  const kind = classes === null ? '' : ` with ${classes.join(' or ')}`;
  throw usageError(
    `No module of ${record.task_id} failed${kind}: there is nothing to run again.\nSee: batch-manager show ${record.task_id}`,
  );
}

/**
 * Where modules of a task are in the manifest today: others may have been added between them since.
 * @throws UserError (failed) for those that are no longer in it.
 */
export function placesToday(context: Context, track: string, slugs: readonly string[]): Selection {
  const places = trackModules(manifestOf(context), track);
  const gone = slugs.filter((slug) => !places.includes(slug));
  if (gone.length > 0)
    throw failedError(
      `No longer in track ${track} of ${manifestOf(context).file}: ${gone.join(', ')}.\nPut them back into it, or name others with --module.`,
    );
  return toSelection(slugs.map((slug) => places.indexOf(slug) + 1));
}
