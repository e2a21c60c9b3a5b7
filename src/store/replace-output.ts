/** Replaces files that can be made again, as reports are, and loses nothing that somebody else put in their place. */
import { rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readPeoplesBytes } from '../files/people-file.ts';
import { named, sha256, temporaryName, writeBeside } from './atomic.ts';
import { putInPlace, realPlace } from './place.ts';
import { takeAway } from './take-back.ts';

/** How often a file is replaced anew that somebody saves meanwhile. */
const TRIES = 5;

/**
 * Replaces a file. What was there is renamed away first, to `keep`, and stays there unless its hash is `ours`, of what we wrote
 * last. Not synced.
 * @returns where the old file is kept; null where none is.
 * @throws UnusableFile where something else than a file is there, TypedError where it may not be written.
 */
export function replaceOutput(
  file: string,
  text: string,
  { ours, keep }: { readonly ours: string | null; readonly keep: string },
): string | null {
  readPeoplesBytes(file);
  const place = realPlace(file);
  const temporary = join(dirname(place), temporaryName());
  try {
    writeBeside(temporary, place, text);
    let kept: string | null = null;
    for (let tries = 1; tries <= TRIES; tries += 1) {
      const name = tries === 1 ? keep : `${keep}.${tries}`;
      const old = takeAway(place, [
        name,
        join(dirname(place), `.batch-manager-old-${process.pid}-${sha256(name).slice(0, 12)}`),
      ]);
      if (old !== null && sha256(readPeoplesBytes(old) ?? '') === ours) rmSync(old);
      else if (old !== null) kept = old;
      if (putInPlace(temporary, place) !== 'taken') break;
    }
    return kept;
  } catch (error) {
    throw named(error, file);
  } finally {
    rmSync(temporary, { force: true });
  }
}
