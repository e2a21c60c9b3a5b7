import { dirname, join } from 'node:path';
import { readOptional, sha256, writeWork } from '../../store/atomic.ts';
import type { ModulePaths } from '../../store/module-files.ts';
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
  /** `verification` of the status file, a person's mark; undefined where it has none. */
  readonly verification: unknown;
}

const statusPath = (paths: ModulePaths): string => join(trackFolder(paths), 'status', `${paths.stem}.json`);
const reportPath = (paths: ModulePaths): string => join(trackFolder(paths), 'audit', `${paths.stem}-review.md`);
const trackFolder = (paths: ModulePaths): string => dirname(paths.file('lesson'));

/** Looks at the files that an earlier audit, by whatever tool, has left. */
export async function readOutputs(paths: ModulePaths, sources: SourceTimes): Promise<Outputs> {
  const status = await readOptional(statusPath(paths));
  const report = await readOptional(reportPath(paths));
  const value = status === null ? null : parsed(status.toString('utf8'));
  return {
    status: status === null ? 'none' : isStale(value, sources) ? 'stale' : 'fresh',
    hash: status === null || report === null ? null : hashOf(status, report),
    verification:
      typeof value === 'object' && value !== null && 'verification' in value ? value.verification : undefined,
  };
}

/** Writes the files of an audit; gives the hash over both. They can be made again, and so are not synced. */
export async function writeOutputs(
  paths: ModulePaths,
  audit: WholeAudit,
  run: {
    readonly sources: SourceTimes;
    readonly verification: unknown;
    readonly at: Date;
    readonly durationMs: number;
  },
): Promise<string> {
  const { ref, stem } = paths;
  const status = statusText(statusFile({ stem, track: ref.track, ...audit, ...run }));
  const report = reportText({ ref, stem, ...audit, at: run.at });
  await writeWork(statusPath(paths), status);
  await writeWork(reportPath(paths), report);
  return hashOf(status, report);
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
