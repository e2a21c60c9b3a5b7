import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { under } from './module-states.ts';

/**
 * Whether temp files that a process killed in the middle of a write leaves behind are faults: they are, once a new worker
 * sweeps those of its dead predecessor.
 */
const SWEPT = process.env.FAULT_TEMP_FILES === '1';

/** `name.<digits>` of write-file-atomic: what a write replaces a file with. */
const TEMP_FILE = /\.\d{5,}$/;

/** A lock's temp file and the marker of its take-over. */
const LOCK_FILE = /\.lock\.(?:[0-9a-f]{16}|dead-.*)$/;

/** Files that no ended run may leave, of the workspace, of the home and of its folder for temp files. */
export function leftovers(folders: readonly string[], scratch: string, killed: boolean): string[] {
  const files = folders.flatMap(under);
  const temporary = files.filter((file) => TEMP_FILE.test(basename(file)));
  const locks = files.filter((file) => LOCK_FILE.test(basename(file)));
  const scratches = readdirSync(scratch)
    .filter((name) => name.startsWith('batch-manager-audit-'))
    .map((name) => join(scratch, name));
  // After a kill -9 temp files and scratch folders of the dead process count only where they are swept.
  return [...locks, ...(killed && !SWEPT ? [] : [...temporary, ...scratches])];
}
