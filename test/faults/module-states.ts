import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { RecordedChange } from '../../src/store/backups.ts';

/** The texts of all module files, by path in the workspace. */
export type ModuleStates = ReadonlyMap<string, string>;

/** Reads all lessons and sidecars as they are now. */
export function moduleStates(folder: string): ModuleStates {
  const files = under(join(folder, 'tiny')).filter(
    (file) => /\.(?:md|yaml)$/.test(file) && !/\/(?:review|research)\//.test(file),
  );
  return new Map(files.map((file) => [relative(folder, file), readFileSync(file, 'utf8')]));
}

/**
 * Files that are neither wholly as before nor wholly as a backup list says they are to become, or that were changed with no
 * backup of the text before. Empty where all is well.
 */
export function brokenFiles(folder: string, before: ModuleStates): string[] {
  // The files first: a worker that lives may write a list and then the files meanwhile.
  const now = moduleStates(folder);
  const rounds = appliedIn(folder);
  return [...now].flatMap(([path, text]) => {
    const old = before.get(path);
    if (text === old) return [];
    const mine = rounds.filter(({ applied }) => applied.files.some((file) => file.path === path));
    const kept = mine.map((round) => readFileSync(join(round.folder, 'before', path), 'utf8'));
    const wanted = mine.map((round) => readFileSync(join(round.folder, 'after', path), 'utf8'));
    if (!wanted.includes(text)) return [`${path} is neither old nor new`];
    return old !== undefined && kept.includes(old) ? [] : [`${path} was changed with no backup`];
  });
}

/** A round's list; those of reviews lie in folders of another name. */
const LIST = /\/r\d[^/]*\/apply\.json$/;

/** All applied rounds of a workspace, with their folders. */
export function appliedIn(folder: string): { readonly folder: string; readonly applied: RecordedChange }[] {
  return under(join(folder, '.batch-manager/backups'))
    .filter((file) => LIST.test(file))
    .map((file) => ({
      folder: file.slice(0, -'/apply.json'.length),
      applied: JSON.parse(readFileSync(file, 'utf8')) as RecordedChange,
    }));
}

/** All files below a folder. */
export function under(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? under(path) : [path];
  });
}
