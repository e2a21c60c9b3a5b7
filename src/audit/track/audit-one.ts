import type { AuditReport } from '../../domain/audit.ts';
import { TypedError } from '../../domain/failure.ts';
import { moduleKey, type ModuleRef } from '../../domain/module.ts';
import { UnusableFile } from '../../files/people-file.ts';
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
  /** Null where nothing is to be written. */
  readonly write: {
    /** Hash over the files that the last audit wrote; null where that is not known. */
    readonly last: string | null;
    /** Folder for files that are replaced and that it did not write. */
    readonly keep: string;
  } | null;
}

export interface AuditedOne {
  readonly report: AuditReport;
  readonly statusBefore: StatusState;
  /** Hash over the files that were read. */
  readonly hash: string;
  /** Hash over the files that were written; null where none were. */
  readonly outputs: string | null;
  /** Where files are that were replaced, and that the last audit had not written. */
  readonly kept: readonly string[];
}

/**
 * Audits one module from its files to its files; null where it has no lesson.
 * @throws TypedError `BadRequest` where one of its files is none, or may not be read or written.
 */
export async function auditOne(asked: AuditOneAsked): Promise<AuditedOne | null> {
  try {
    return await audited(asked);
  } catch (error) {
    throw isFileError(error) || error instanceof UnusableFile ? fileError(asked.ref, error) : error;
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
  const run = { sources, before, at: new Date(), durationMs: performance.now() - started };
  const written = write === null ? null : writeOutputs(paths, whole, { ...run, ...write });
  const { report } = whole;
  return { report, statusBefore: before.status, hash, outputs: written?.hash ?? null, kept: written?.kept ?? [] };
}
