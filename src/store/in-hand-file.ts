/**
 * A list that is on disk as it is in memory: what a worker has in hand, for its successor to read when it has died. It is one
 * small file a worker, written in place by one call that a kill cannot cut; a file for each entry costs the event loop ten
 * times as much. Not synced: the death of a process loses nothing that was written, and after a power cut time-outs do.
 */
import { openSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inFolder, namesIn, readJson, sha256 } from './atomic.ts';

const fileSchema = z.object({ owner: z.string(), entries: z.array(z.unknown()) });

/** Entries of one worker, and how to do away with them. */
export interface LeftInHand<T> {
  readonly entries: readonly T[];
  drop(): Promise<void>;
}

export class InHandFile<T> {
  private readonly folder: string;
  private readonly owner: string;
  private readonly schema: z.ZodType<T>;
  private readonly entries = new Map<string, T>();
  private descriptor: number | null = null;
  private length = 0;

  /** @param owner identity of the worker whose entries these are. */
  constructor(folder: string, owner: string, schema: z.ZodType<T>) {
    this.folder = folder;
    this.owner = owner;
    this.schema = schema;
  }

  put(key: string, entry: T): void {
    this.entries.set(key, entry);
    this.write();
  }

  remove(key: string): void {
    if (this.entries.delete(key)) this.write();
  }

  /** What this worker has in hand now. */
  get inHand(): readonly T[] {
    return [...this.entries.values()];
  }

  /** What workers left that are dead by `isDead`. */
  async left(isDead: (owner: string) => boolean): Promise<LeftInHand<T>[]> {
    const files = (await namesIn(this.folder)).map((name) => join(this.folder, name));
    const read = await Promise.all(
      files.map(async (file) => ({ file, value: fileSchema.safeParse(await readJson(file)) })),
    );
    return read.flatMap(({ file, value }) => {
      if (!value.success || !isDead(value.data.owner)) return [];
      const entries = value.data.entries.flatMap((entry) => {
        const parsed = this.schema.safeParse(entry);
        return parsed.success ? [parsed.data] : [];
      });
      return [{ entries, drop: () => rm(file, { force: true }) }];
    });
  }

  private write(): void {
    const text = JSON.stringify({ owner: this.owner, entries: [...this.entries.values()] });
    // Blanks over the rest of a longer list: to cut the file would be a second call, and a kill could come in between.
    const bytes = Buffer.alloc(Math.max(this.length, Buffer.byteLength(text)), ' ');
    bytes.write(text);
    this.descriptor ??= this.open();
    writeSync(this.descriptor, bytes, 0, bytes.length, 0);
    this.length = bytes.length;
  }

  private open(): number {
    const file = join(this.folder, `${sha256(this.owner).slice(0, 32)}.json`);
    return inFolder(this.folder, () => openSync(file, 'w'));
  }
}
