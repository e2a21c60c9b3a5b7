import type { AuditReport } from '../../domain/audit.ts';
import { TypedError } from '../../domain/failure.ts';
import { moduleKey, type ModuleRef } from '../../domain/module.ts';
import { auditWhole, type AuditOptions } from '../audit.ts';
import { readSources } from './module-sources.ts';
import { readOutputs, writeOutputs, type StatusState } from './outputs.ts';
import { sourceTimes } from './sources.ts';

/** What to audit, and how. */
export interface AuditOneAsked {
  /** The folder that holds the tracks. */
  readonly folder: string;
  readonly ref: ModuleRef;
  readonly options: AuditOptions;
  readonly write: boolean;
}

export interface AuditedOne {
  readonly report: AuditReport;
  readonly statusBefore: StatusState;
  /** Hash over the files that were read. */
  readonly hash: string;
  /** Hash over the files that were written; null where none were. */
  readonly outputs: string | null;
}

/**
 * Audits one module from its files to its files; null where it has no lesson.
 * @throws TypedError `BadRequest` where one of its files is none, or may not be read or written.
 */
export async function auditOne(asked: AuditOneAsked): Promise<AuditedOne | null> {
  try {
    return await audited(asked);
  } catch (error) {
    throw isFileError(error) ? fileError(asked.ref, error) : error;
  }
}

const isFileError = (error: unknown): error is NodeJS.ErrnoException => error instanceof Error && 'syscall' in error;

const fileError = (ref: ModuleRef, error: Error): TypedError =>
  new TypedError('BadRequest', `the files of ${moduleKey(ref)} cannot be read or written: ${error.message}`, {
    cause: error,
  });

async function audited({ folder, ref, options, write }: AuditOneAsked): Promise<AuditedOne | null> {
  const started = performance.now();
  const read = await readSources(folder, ref);
  if (read === null) return null;
  const { paths, text, review, hash } = read;
  const sources = sourceTimes(paths);
  const before = await readOutputs(paths, sources);
  const whole = auditWhole(text, review, options);
  const run = { sources, verification: before.verification, at: new Date(), durationMs: performance.now() - started };
  const outputs = write ? await writeOutputs(paths, whole, run) : null;
  return { report: whole.report, statusBefore: before.status, hash, outputs };
}
