import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The real curriculum samples lie beside the repository where they are to be had; they are not part of it. */
const FOLDER = resolve(import.meta.dirname, '../../../shared/curriculum-real/curriculum/l2-uk-en');

/** True where the samples are absent: such a test skips, and says why. */
export const samplesAbsent = !existsSync(join(FOLDER, 'curriculum.yaml'));
export const SKIP_REASON = `no real samples at ${FOLDER}`;

/** A sample's text; null where there is no such file. */
export function readSample(path: string): string | null {
  const file = join(FOLDER, path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
