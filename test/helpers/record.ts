import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskRecord } from '../../src/store/records.ts';

/** A task's record as it is on disk; null before there is one. */
export function recordOf(folder: string, id: string): TaskRecord | null {
  const file = join(folder, 'tasks', `${id}.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as TaskRecord) : null;
}
