import { dirname, join } from 'node:path';
import { readPeoplesBytes } from '../../files/people-file.ts';
import { sha256 } from '../../store/atomic.ts';
import type { ModulePaths } from '../../store/module-files.ts';
import { replaceOutput } from '../../store/replace-output.ts';
import type { WholeAudit } from '../audit.ts';
import { reportText } from '../report-file.ts';
import { isStale, statusFile, statusText, type SourceTimes } from '../status-file.ts';

/** What the status file on disk was before the audit: as new as the module's files, older, or not there. */
export type StatusState = 'fresh' | 'stale' | 'none';

/** The files of an audit on disk. */
export interface Outputs {
  readonly status: StatusState;
  /** Hash over both; null where one is not there. */
  readonly hash: string | null;
  /** Hash of each; null where it is not there. */
  readonly hashes: { readonly status: string | null; readonly report: string | null };
  /** `verification` of the status file, a person's mark; undefined where it has none. */
  readonly verification: unknown;
}

const statusPath = (paths: ModulePaths): string => join(trackFolder(paths), 'status', `${paths.stem}.json`);
const reportPath = (paths: ModulePaths): string => join(trackFolder(paths), 'audit', `${paths.stem}-review.md`);
const trackFolder = (paths: ModulePaths): string => dirname(paths.file('lesson'));

/** Looks at the files that an earlier audit, by whatever tool, has left. */
export async function readOutputs(paths: ModulePaths, sources: SourceTimes): Promise<Outputs> {
  const status = readPeoplesBytes(statusPath(paths));
  const report = readPeoplesBytes(reportPath(paths));
  const value = status === null ? null : parsed(status.toString('utf8'));
  return {
    status: status === null ? 'none' : isStale(value, sources) ? 'stale' : 'fresh',
    hash: status === null || report === null ? null : hashOf(status, report),
    hashes: { status: status && sha256(status), report: report && sha256(report) },
    verification:
      typeof value === 'object' && value !== null && 'verification' in value ? value.verification : undefined,
  };
}

/** The files of an audit as they were written. */
export interface WrittenOutputs {
  /** Hash over both. */
  readonly hash: string;
  /** Where files are that stood in their place and that no audit of this workspace had written. */
  readonly kept: readonly string[];
}

/** Writes the files of an audit. They can be made again, and so are not synced. */
export function writeOutputs(
  paths: ModulePaths,
  audit: WholeAudit,
  run: {
    readonly sources: SourceTimes;
    readonly before: Outputs;
    readonly at: Date;
    readonly durationMs: number;
    /** Hash over both as the last audit wrote them; null where that is not known. */
    readonly last: string | null;
    /** Folder for what is replaced and was not written by the last audit. */
    readonly keep: string;
  },
): WrittenOutputs {
  const { ref, stem } = paths;
  const { before, last, keep, ...about } = run;
  const input = { stem, track: ref.track, ...audit, ...about, verification: before.verification };
  const status = statusText(statusFile(input));
  const report = reportText({ ref, stem, ...audit, at: run.at });
  const isOurs = before.hash !== null && before.hash === last;
  const write = (file: string, text: string, was: string | null): string | null =>
    replaceOutput(file, text, { ours: isOurs ? was : null, keep: join(keep, paths.relative(file)) });
  const kept = [
    write(statusPath(paths), status, before.hashes.status),
    write(reportPath(paths), report, before.hashes.report),
  ];
  return { hash: hashOf(status, report), kept: kept.filter((file) => file !== null) };
}

const hashOf = (status: string | Uint8Array, report: string | Uint8Array): string =>
  sha256(`${sha256(status)}:${sha256(report)}`);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
