import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { temporaryOf } from '../../src/store/atomic.ts';
import { under } from './module-states.ts';

/** A lock's temp file and the marker of its take-over. */
const LOCK_FILE = /\.lock\.(?:[0-9a-f]{16}|dead-.*)$/;

/** Files that no ended run may leave, of the workspace, of the home and of its folder for temp files. */
export function leftovers(folders: readonly string[], scratch: string): string[] {
  const files = folders.flatMap(under);
  const temporary = files.filter((file) => temporaryOf(basename(file)) !== null);
  const locks = files.filter((file) => LOCK_FILE.test(basename(file)));
  const scratches = readdirSync(scratch)
    .filter((name) => name.startsWith('batch-manager-audit-'))
    .map((name) => join(scratch, name));
  return [...locks, ...temporary, ...scratches];
}
