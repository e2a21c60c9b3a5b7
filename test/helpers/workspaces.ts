import { cpSync, existsSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/version.ts';

/** Real modules, which lie beside the project on some machines only. */
export const REAL = join(PACKAGE_ROOT, '../shared/curriculum-real');

/** Why tests over real modules are skipped; undefined where they are there. */
export const noReal = existsSync(REAL) ? undefined : `no real modules at ${REAL}`;

/** A copy of a curriculum that a test may change; removed with the test's home. */
export function copyOf(source: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'batch-manager-workspace-')));
  cpSync(source, folder, { recursive: true, mode: 0 });
  return folder;
}

export const SAMPLE = join(PACKAGE_ROOT, 'examples/curriculum');
