import { availableParallelism } from 'node:os';
import type { AuditReport } from '../../domain/audit.ts';
import { TypedError } from '../../domain/failure.ts';
import type { ModuleRef } from '../../domain/module.ts';
import type { Workspace } from '../../store/workspace.ts';
import { auditKey } from '../audit-key.ts';
import { auditWhole, type AuditOptions, type WholeAudit } from '../audit.ts';
import { createAuditThread } from '../thread.ts';
import { readSources, type ModuleSources } from './module-sources.ts';
import { readOutputs, writeOutputs, type StatusState } from './outputs.ts';
import { sourceTimes } from './sources.ts';
import { TrackCache, type KeptAudit } from './track-cache.ts';

/** A module as the audit of its track leaves it. */
export type AuditedModule =
  | { readonly ref: ModuleRef; readonly state: 'missing' }
  | {
      readonly ref: ModuleRef;
      /** `kept`: its files, the settings and the program are those of the last audit. */
      readonly state: 'audited' | 'kept';
      readonly report: AuditReport;
      readonly statusBefore: StatusState;
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

/** Threads at most: one more is fed by this one, which reads and writes. */
const MAX_THREADS = 4;

/** Modules in hand for each thread, so that it never waits for the reading of the next one. */
const AHEAD = 2;

type Auditor = (sources: ModuleSources) => WholeAudit | Promise<WholeAudit>;

/**
 * Audits modules of a track by every gate, and writes what their status files and reports tell. Modules whose files, settings
 * and program have not changed are taken from the last audit. A module that ends its thread fails, and the others go on.
 */
export async function auditTrack(audit: TrackAudit): Promise<readonly AuditedModule[]> {
  const cache = await TrackCache.open(audit.workspace, audit.track, auditKey(audit.options));
  const results: AuditedModule[] = [];
  const changed: number[] = [];
  // The texts are read again when it is their turn: a track of huge lessons must not lie in memory as a whole.
  for (const [index, ref] of audit.modules.entries()) {
    const known = await withoutAudit(audit, cache, ref);
    if (known === null) changed.push(index);
    else results[index] = known;
  }
  await inThreads(audit, changed.length, async (auditor) => {
    for (let index = changed.shift(); index !== undefined; index = changed.shift()) {
      const ref = audit.modules[index];
      if (ref !== undefined) results[index] = await auditOne(audit, cache, ref, auditor);
    }
  });
  await cache.save();
  return results;
}

/** The result of a module that need not be audited: there is no lesson, or nothing has changed. */
async function withoutAudit(audit: TrackAudit, cache: TrackCache, ref: ModuleRef): Promise<AuditedModule | null> {
  const sources = await readSources(audit.folder, ref);
  if (sources === null) return { ref, state: 'missing' };
  const kept = cache.get(ref.slug);
  if (kept === undefined || kept.hash !== sources.hash) return null;
  const outputs = await readOutputs(sources.paths, sourceTimes(sources.paths));
  const asWritten = outputs.status === 'fresh' && outputs.hash === kept.outputs;
  if (audit.write && !asWritten) return null;
  return { ref, state: 'kept', report: kept.report, statusBefore: outputs.status };
}

async function auditOne(
  audit: TrackAudit,
  cache: TrackCache,
  ref: ModuleRef,
  auditor: Auditor,
): Promise<AuditedModule> {
  const read = await readSources(audit.folder, ref);
  if (read === null) return { ref, state: 'missing' };
  // Taken after the text: a change meanwhile then shows as a status that is stale.
  const before = sourceTimes(read.paths);
  const outputs = await readOutputs(read.paths, before);
  const started = performance.now();
  const whole = await audited(read, auditor);
  if ('crash' in whole) return { ref, state: 'audited', report: whole.crash, statusBefore: outputs.status };
  const run = { sources: before, verification: outputs.verification, at: new Date() };
  const durationMs = performance.now() - started;
  const written = audit.write ? await writeOutputs(read.paths, whole, { ...run, durationMs }) : null;
  const kept: KeptAudit = { hash: read.hash, outputs: written, report: whole.report };
  cache.set(ref.slug, kept);
  return { ref, state: 'audited', report: whole.report, statusBefore: outputs.status };
}

/** A whole audit, or a report that says how the audit itself ended. */
async function audited(
  sources: ModuleSources,
  auditor: Auditor,
): Promise<WholeAudit | { readonly crash: AuditReport }> {
  try {
    return await auditor(sources);
  } catch (error) {
    if (!(error instanceof TypedError)) throw error;
    const { message } = error;
    const finding = { gate: 'audit', severity: 'error', message, hint: 'Look into the files of this module.' } as const;
    return { crash: { passed: false, gates: [{ gate: 'audit', status: 'fail', message, findings: [finding] }] } };
  }
}

async function inThreads(audit: TrackAudit, modules: number, work: (auditor: Auditor) => Promise<void>): Promise<void> {
  const { options } = audit;
  const count = audit.threads ?? (modules < MANY ? 0 : Math.min(MAX_THREADS, availableParallelism()));
  if (count === 0) return work(({ text, review }) => auditWhole(text, review, options));
  const threads = Array.from({ length: count }, () => createAuditThread());
  try {
    const workers = threads.flatMap((thread) => Array.from({ length: AHEAD }, () => thread));
    await Promise.all(workers.map((thread) => work(({ text, review }) => thread.auditWhole(text, review, options))));
  } finally {
    await Promise.all(threads.map((thread) => thread.close()));
  }
}
