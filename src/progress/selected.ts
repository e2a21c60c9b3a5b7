import type { Context } from '../context.ts';
import { usageError } from '../domain/errors.ts';
import { checkSelection, noModulesText, parseRange, parseSelection, type Selection } from '../domain/selection.ts';
import { trackModules } from '../store/manifest.ts';
import { manifestOf } from '../workspace-files.ts';

/** Which modules a command was asked for. */
export interface SelectionOptions {
  readonly track: string;
  readonly start: string | undefined;
  readonly end: string | undefined;
  readonly modules?: string | undefined;
}

/** The modules that were asked for, checked against the manifest. @throws UserError (usage) that says what to write. */
export function selectionOf(context: Context, { track, start, end, modules }: SelectionOptions): Selection {
  const size = trackModules(manifestOf(context), track).length;
  if (size === 0) throw usageError(noModulesText(track));
  if (modules !== undefined && start !== undefined) throw usageError('Give START END or --modules, not both.');
  if (modules === undefined && (start === undefined || end === undefined)) {
    throw usageError(`Which modules? Track ${track} has ${size}: write "${track} 1 ${size}", or --modules 3,7,9-12.`);
  }
  const selection = modules === undefined ? parseRange(start ?? '', end ?? '') : parseSelection(modules);
  checkSelection(selection, track, size);
  return selection;
}
