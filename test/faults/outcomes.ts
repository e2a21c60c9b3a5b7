import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskRecord } from '../../src/store/records.ts';

/** All tasks that a workspace has a record of, the oldest first. */
export function recordsOf(folder: string): TaskRecord[] {
  return namesIn(join(folder, 'tasks'))
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, 'tasks', name), 'utf8')) as TaskRecord)
    .sort((a, b) => a.created_at.localeCompare(b.created_at));
}

/** The one task of a workspace. */
export function onlyRecord(folder: string): TaskRecord {
  const [record, ...others] = recordsOf(folder);
  if (record === undefined || others.length > 0)
    throw new Error(`one task was expected in ${folder}, but there are ${others.length + (record ? 1 : 0)}`);
  return record;
}

/** How each module ended, without what differs between two sound runs. */
export function outcomesOf(record: TaskRecord): Record<string, string> {
  return Object.fromEntries(
    Object.entries(record.modules).map(([slug, { outcome, score, rounds, changed }]) => [
      slug,
      `${outcome ?? 'none'} ${score ?? '-'} in ${rounds}${changed ? ' changed' : ''}`,
    ]),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
