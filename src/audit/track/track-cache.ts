import { TypedError } from '../../domain/failure.ts';
import { join } from 'node:path';
import { z } from 'zod';
import type { AuditReport } from '../../domain/audit.ts';
import { isThere, readJson, sha256, writeWork } from '../../store/atomic.ts';
import { reportSchema } from '../../store/audits.ts';
import type { Workspace } from '../../store/workspace.ts';

/** What is kept of an audited module. */
export interface KeptAudit {
  /** Hash over the files that the audit read. */
  readonly hash: string;
  /** Hash over the status file and the report as they were written; null where they were not. */
  readonly outputs: string | null;
  readonly report: AuditReport;
}

const VERSION = 1;

const fileSchema = z.object({
  version: z.literal(VERSION),
  by: z.string(),
  modules: z.record(z.string(), z.object({ hash: z.string(), outputs: z.string().nullable(), report: reportSchema })),
});

/**
 * The reports of a track's modules, in one file, so that an unchanged track costs one read. What was audited by other rules or
 * settings, or cannot be read, is as if it was not there.
 */
export class TrackCache {
  private readonly folder: string;
  private readonly file: string;
  private readonly by: string;
  private readonly modules: Map<string, KeptAudit>;
  private changed = false;

  private constructor(folder: string, file: string, by: string, modules: Map<string, KeptAudit>) {
    this.folder = folder;
    this.file = file;
    this.by = by;
    this.modules = modules;
  }

  /** @param by what reports depend on beside the files. */
  static async open(workspace: Workspace, track: string, by: string): Promise<TrackCache> {
    const file = join(workspace.state, 'audit', `${sha256(track).slice(0, 16)}.json`);
    const parsed = fileSchema.safeParse(await readJson(file));
    const known = parsed.success && parsed.data.by === by ? Object.entries(parsed.data.modules) : [];
    return new TrackCache(workspace.state, file, by, new Map(known));
  }

  get(slug: string): KeptAudit | undefined {
    return this.modules.get(slug);
  }

  set(slug: string, kept: KeptAudit): void {
    this.modules.set(slug, kept);
    this.changed = true;
  }

  async save(): Promise<void> {
    if (!this.changed) return;
    const kept = { version: VERSION, by: this.by, modules: Object.fromEntries(this.modules) };
    try {
      await keepOutOfGit(this.folder);
      await writeWork(this.file, JSON.stringify(kept));
    } catch (error) {
      // In a workspace that may not be written the next audit takes as long as this one.
      if (!(error instanceof TypedError)) throw error;
    }
  }
}

/** A workspace that has only been audited has no state folder yet. */
async function keepOutOfGit(folder: string): Promise<void> {
  const file = join(folder, '.gitignore');
  if (!(await isThere(file))) await writeWork(file, '*\n');
}
