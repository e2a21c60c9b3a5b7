import { isThere, readOptional, writeAtomic } from './atomic.ts';

/** What became of a file that was to be made again. */
export interface Replaced {
  readonly file: string;
  readonly changed: boolean;
  /** Where the old file is kept; null where there was none, or where nothing was changed. */
  readonly kept: string | null;
}

/**
 * Replaces a text file and keeps the old one beside it as `<file>.before-rebuild`, the next one as `.before-rebuild.2`: the
 * first one holds what nothing can make again. A file that says the same already is left as it is.
 */
export async function replaceKeeping(
  file: string,
  text: string,
  same: (old: string) => boolean = (old) => old === text,
): Promise<Replaced> {
  const old = await readOptional(file);
  if (old !== null && same(old.toString('utf8'))) return { file, changed: false, kept: null };
  const kept = old === null ? null : await freeName(`${file}.before-rebuild`);
  if (old !== null && kept !== null) await writeAtomic(kept, old);
  await writeAtomic(file, text);
  return { file, changed: true, kept };
}

async function freeName(name: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const candidate = number === 1 ? name : `${name}.${number}`;
    if (!(await isThere(candidate))) return candidate;
  }
}
