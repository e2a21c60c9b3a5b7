import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { newestFirst, parseTaskId } from '../domain/task-id.ts';
import { taskEnded } from '../domain/task-status.ts';
import { inFolder, isInTheWay, namesIn, readOptional, writeState, writeWork } from './atomic.ts';
import { replaceKeeping } from './replace-keeping.ts';
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

/** Gives the folder in which copies of the records are kept; null where there is none. */
export type Copies = () => Promise<string | null>;

/**
 * The records of a workspace's tasks. Each is written twice: to `tasks/`, for people, and as a copy beside the engine, so that
 * one that a person deletes or damages comes back.
 */
export class RecordStore {
  private readonly folder: string;
  private readonly root: string;
  private readonly copies: Copies;

  constructor(workspace: Workspace, copies: Copies = () => Promise.resolve(null)) {
    this.folder = workspace.tasks;
    this.root = workspace.root;
    this.copies = copies;
  }

  /** The path of a task's record. */
  file(taskId: string): string {
    return join(this.folder, `${taskId}.json`);
  }

  /** What is known of the task: by the record's file, or where that is gone or damaged, by its copy; null where nothing is. */
  async read(taskId: string): Promise<RecordReading | null> {
    const text = await this.text(taskId);
    const reading = text === null ? null : readRecord(text);
    if (reading !== null && reading.kind !== 'damaged') return reading;
    const copy = await this.copyOf(taskId);
    if (copy === null) return reading;
    if (reading === null) this.bringBack(copy);
    // The damaged record of an open task is mended by its worker, whose next write says more than this copy.
    else if (taskEnded(copy.status)) await replaceKeeping(this.file(taskId), recordText(copy)).catch(() => undefined);
    return { kind: 'record', record: copy };
  }

  /** The text of the record's file; null where there is none. */
  private async text(taskId: string): Promise<string | null> {
    try {
      return (await readOptional(this.file(taskId)))?.toString('utf8') ?? null;
    } catch (error) {
      if (isInTheWay(error)) return null;
      throw error;
    }
  }

  private async copyFile(taskId: string): Promise<string | null> {
    const folder = await this.copies();
    return folder === null ? null : join(folder, `${taskId}.json`);
  }

  private async copyOf(taskId: string): Promise<TaskRecord | null> {
    const file = await this.copyFile(taskId);
    const text = file === null ? undefined : (await readOptional(file))?.toString('utf8');
    const reading = text === undefined ? null : readRecord(text);
    return reading?.kind === 'record' ? reading.record : null;
  }

  /** Writes a record again whose file is gone; never over one that the worker wrote meanwhile, which says more. */
  private bringBack(record: TaskRecord): void {
    try {
      inFolder(this.folder, () => writeFileSync(this.file(record.task_id), recordText(record), { flag: 'wx' }));
    } catch {
      // It is shown all the same, and the next write of the worker makes the file.
    }
  }

  /** The record; null where there is none, or one that cannot be read. */
  async get(taskId: string): Promise<TaskRecord | null> {
    const reading = await this.read(taskId);
    return reading?.kind === 'record' ? reading.record : null;
  }

  async put(record: TaskRecord): Promise<void> {
    const text = recordText(record);
    const copy = await this.copyFile(record.task_id);
    if (copy !== null) await writeWork(copy, text);
    try {
      await writeState(this.file(record.task_id), text);
    } catch (error) {
      // A file named `tasks` must not fail a task: its record is kept beside the engine, and comes back.
      if (copy === null || !isInTheWay(error)) throw error;
    }
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
    const copies = await this.copies();
    const names = [...(await namesIn(this.folder)), ...(copies === null ? [] : await namesIn(copies))];
    const ids = [...new Set(names.filter((name) => name.endsWith('.json')))]
      .map((name) => name.slice(0, -'.json'.length))
      .sort()
      .sort(newestFirst);
    const records: TaskRecord[] = [];
    const unreadable: UnreadableRecord[] = [];
    let skipped = 0;
    for (const taskId of ids) {
      const isFull = records.length >= most;
      const text = isFull ? await this.text(taskId) : null;
      const reading = text !== null && looksEnded(text) ? 'ended' : await this.read(taskId);
      if (reading === null) continue;
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
