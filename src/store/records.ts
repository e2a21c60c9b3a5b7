import { join, relative } from 'node:path';
import { newestFirst, parseTaskId } from '../domain/task-id.ts';
import { taskEnded } from '../domain/task-status.ts';
import { namesIn, readOptional, writeState } from './atomic.ts';
import { RECORD_SCHEMA, type ModuleRecord, type TaskRecord } from './record-schema.ts';
import { readRecord, type RecordReading } from './record-versions.ts';
import type { Workspace } from './workspace.ts';

export type { ModuleRecord, TaskRecord } from './record-schema.ts';

/** How many modules ended with each outcome. */
export function countOutcomes(modules: Readonly<Record<string, ModuleRecord>>): TaskRecord['counts'] {
  const counts: TaskRecord['counts'] = {};
  for (const { outcome } of Object.values(modules)) if (outcome !== null) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts;
}

/** A record file that is not shown: of a newer version, or damaged. */
export interface UnreadableRecord {
  readonly taskId: string;
  /** What is the matter and what to do, for people. */
  readonly message: string;
}

/** What the folder of records holds. */
export interface Scan {
  readonly records: TaskRecord[];
  readonly unreadable: UnreadableRecord[];
  readonly skipped: number;
}

const HEAD = `{\n  "schema": ${RECORD_SCHEMA},\n`;

/** Whether a text is a whole record of today's form whose task has ended: to look takes a fraction of a check of all of it. */
const looksEnded = (text: string): boolean =>
  text.startsWith(HEAD) && text.endsWith('\n}\n') && /^ {2}"ended_at": "/m.test(text);

/** The records of a workspace's tasks. */
export class RecordStore {
  private readonly folder: string;
  private readonly root: string;

  constructor(workspace: Workspace) {
    this.folder = workspace.tasks;
    this.root = workspace.root;
  }

  /** The path of a task's record. */
  file(taskId: string): string {
    return join(this.folder, `${taskId}.json`);
  }

  /** What the record's file holds; null where there is none. */
  async read(taskId: string): Promise<RecordReading | null> {
    const bytes = await readOptional(this.file(taskId));
    return bytes === null ? null : readRecord(bytes.toString('utf8'));
  }

  /** The record; null where there is none, or one that cannot be read. */
  async get(taskId: string): Promise<TaskRecord | null> {
    const reading = await this.read(taskId);
    return reading?.kind === 'record' ? reading.record : null;
  }

  async put(record: TaskRecord): Promise<void> {
    await writeState(this.file(record.task_id), recordText(record));
  }

  /** All records that can be read, the newest first. */
  async list(): Promise<TaskRecord[]> {
    return (await this.scan()).records;
  }

  /**
   * All records, the newest first, and the files in their folder that are none. Where only so many are wanted, of the older
   * ones only those of tasks that have not ended; `skipped` says how many are left out.
   */
  async scan(most = Number.POSITIVE_INFINITY): Promise<Scan> {
    const names = (await namesIn(this.folder)).filter((name) => name.endsWith('.json'));
    const ids = names
      .map((name) => name.slice(0, -'.json'.length))
      .sort()
      .sort(newestFirst);
    const records: TaskRecord[] = [];
    const unreadable: UnreadableRecord[] = [];
    let skipped = 0;
    for (const taskId of ids) {
      const text = (await readOptional(this.file(taskId)))?.toString('utf8');
      if (text === undefined) continue;
      const isFull = records.length >= most;
      const reading = isFull && looksEnded(text) ? 'ended' : readRecord(text);
      if (reading === 'ended' || (isFull && reading.kind === 'record' && taskEnded(reading.record.status)))
        skipped += 1;
      else if (reading.kind === 'record') records.push(reading.record);
      else unreadable.push({ taskId, message: this.unreadable(taskId, reading) });
    }
    return { records: records.sort((a, b) => b.created_at.localeCompare(a.created_at)), unreadable, skipped };
  }

  /** What is the matter with a record that is none for us, and what to do. */
  unreadable(taskId: string, reading: Exclude<RecordReading, { kind: 'record' }>): string {
    const file = relative(this.root, this.file(taskId));
    if (reading.kind === 'newer')
      return `${file} is from a newer version of batch-manager (schema ${reading.schema}; this one knows up to ${RECORD_SCHEMA}). Use that version to see it.`;
    const advice = parseTaskId(taskId) === undefined ? '' : ` Make it again: batch-manager rebuild ${taskId}`;
    return `${file} cannot be read: ${reading.reason}.${advice}`;
  }
}

/** The text of a record's file. */
export function recordText(record: TaskRecord): string {
  return `${JSON.stringify(record, null, 2)}\n`;
}
