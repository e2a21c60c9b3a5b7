import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { AuditReport } from '../../domain/audit.ts';
import { TypedError } from '../../domain/failure.ts';
import { moduleKey, type ModuleRef } from '../../domain/module.ts';
import type { Workspace } from '../../store/workspace.ts';
import { auditKey } from '../audit-key.ts';
import type { AuditOptions } from '../audit.ts';
import { LongLivedThread } from '../long-lived-thread.ts';
import { auditOne, type AuditedOne, type AuditOneAsked } from './audit-one.ts';
import { hasLesson, readSources } from './module-sources.ts';
import { readOutputs, type StatusState } from './outputs.ts';
import { sourceTimes } from './sources.ts';
import { TrackCache } from './track-cache.ts';

/** A module as the audit of its track leaves it. */
export type AuditedModule =
  | { readonly ref: ModuleRef; readonly state: 'missing' }
  | {
      readonly ref: ModuleRef;
      /** `kept`: its files, the settings and the program are those of the last audit. */
      readonly state: 'audited' | 'kept';
      readonly report: AuditReport;
      readonly statusBefore: StatusState;
      /** Where files are that its status file and report replaced, and that no audit had written. */
      readonly replaced: readonly string[];
    };

export interface TrackAudit {
  readonly workspace: Workspace;
  /** The folder that holds the tracks. */
  readonly folder: string;
  readonly track: string;
  readonly modules: readonly ModuleRef[];
  readonly options: AuditOptions;
  /** Whether `status/<stem>.json` and `audit/<stem>-review.md` are written. */
  readonly write: boolean;
  /** Threads that audit; 0: this one. Default: by the number of modules and of processors. */
  readonly threads?: number;
}

/** Modules from which on threads are worth their start. */
const MANY = 12;

const MAX_THREADS = 4;

/** Modules in hand for each thread, so that it never waits for the next one. */
const AHEAD = 2;

/** Compiled, the entry lies beside this file; from source, a thread cannot load it, and the compiled one is taken. */
const ENTRY = import.meta.url.endsWith('.ts')
  ? new URL('../../../dist/src/audit/track/track-thread-entry.js', import.meta.url)
  : new URL('./track-thread-entry.js', import.meta.url);

type Auditor = (asked: AuditOneAsked) => Promise<AuditedOne | null>;

/**
 * Audits modules of a track by every gate, and writes what their status files and reports tell. Modules whose files, settings
 * and program have not changed are taken from the last audit. A module that ends its thread fails, and the others go on.
 */
export async function auditTrack(audit: TrackAudit): Promise<readonly AuditedModule[]> {
  const cache = await TrackCache.open(audit.workspace, audit.track, auditKey(audit.options));
  const at = new Date().toISOString().replaceAll(':', '-');
  const results: AuditedModule[] = [];
  const changed: number[] = [];
  for (const [index, ref] of audit.modules.entries()) {
    // What cannot be read is told by its audit.
    const known = await knownModule(audit, cache, ref).catch(() => null);
    if (known === null) changed.push(index);
    else results[index] = known;
  }
  await inThreads(audit, changed.length, async (auditor) => {
    for (let index = changed.shift(); index !== undefined; index = changed.shift()) {
      const ref = audit.modules[index];
      if (ref !== undefined) results[index] = await auditedModule({ ...audit, at }, cache, ref, auditor);
    }
  });
  await cache.save();
  return results;
}

/** A module that need not be audited: it has no lesson, or nothing of it has changed since the last audit; else null. */
async function knownModule(audit: TrackAudit, cache: TrackCache, ref: ModuleRef): Promise<AuditedModule | null> {
  const kept = cache.get(ref.slug);
  if (kept === undefined) return (await hasLesson(audit.folder, ref)) ? null : { ref, state: 'missing' };
  const sources = await readSources(audit.folder, ref);
  if (sources === null || kept.hash !== sources.hash) return null;
  const outputs = await readOutputs(sources.paths, sourceTimes(sources.paths));
  const asWritten = outputs.status === 'fresh' && outputs.hash === kept.outputs;
  if (audit.write && !asWritten) return null;
  return { ref, state: 'kept', report: kept.report, statusBefore: outputs.status, replaced: [] };
}

async function auditedModule(
  { workspace, folder, options, write, at }: TrackAudit & { readonly at: string },
  cache: TrackCache,
  ref: ModuleRef,
  auditor: Auditor,
): Promise<AuditedModule> {
  try {
    const keep = join(workspace.state, 'replaced', at);
    const written = write ? { last: cache.get(ref.slug)?.outputs ?? null, keep } : null;
    const audited = await auditor({ folder, ref, options, write: written });
    if (audited === null) return { ref, state: 'missing' };
    const { report, statusBefore, hash, outputs, kept: replaced } = audited;
    cache.set(ref.slug, { hash, outputs, report });
    return { ref, state: 'audited', report, statusBefore, replaced };
  } catch (error) {
    if (!(error instanceof TypedError)) throw error;
    return { ref, state: 'audited', report: crashReport(error), statusBefore: 'none', replaced: [] };
  }
}

function crashReport({ message }: TypedError): AuditReport {
  const finding = { gate: 'audit', severity: 'error', message, hint: 'Look into the files of this module.' } as const;
  return { passed: false, gates: [{ gate: 'audit', status: 'fail', message, findings: [finding] }] };
}

async function inThreads(audit: TrackAudit, modules: number, work: (auditor: Auditor) => Promise<void>): Promise<void> {
  const count = audit.threads ?? (modules < MANY ? 0 : Math.min(MAX_THREADS, availableParallelism()));
  if (count === 0) return work(auditOne);
  const threads = Array.from({ length: count }, () => new LongLivedThread<AuditOneAsked, AuditedOne | null>(ENTRY));
  try {
    const workers = threads.flatMap((thread) => Array.from({ length: AHEAD }, () => thread));
    await Promise.all(workers.map((thread) => work((asked) => thread.ask(asked, moduleKey(asked.ref)))));
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
  }
}
