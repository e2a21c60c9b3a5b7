import type { AuditReport, GateResult } from '../domain/audit.ts';
import { STATUS_GROUPS, type StatusGroup } from './gate.ts';
import { GATES } from './gates.ts';
import type { ModuleFacts } from './facts.ts';

/** Files that a status file has the time of, in the order of its keys. */
export const SOURCE_KEYS = ['md', 'meta', 'activities', 'vocabulary', 'plan'] as const;
export type SourceKey = (typeof SOURCE_KEYS)[number];

/** When each file was changed last, ISO with Z; null where there is none. */
export type SourceTimes = Readonly<Record<SourceKey, string | null>>;

export interface StatusGate {
  readonly status: 'pass' | 'warn' | 'fail';
  readonly violations: number;
  readonly message: string;
}

/** `status/<stem>.json`: curriculum format, section 10. */
export interface StatusFile {
  readonly module: string;
  readonly level: string;
  readonly plan_version: string;
  readonly last_audit: string;
  readonly audit_duration_ms: number;
  readonly source_mtimes: SourceTimes;
  readonly gates: Readonly<Partial<Record<StatusGroup, StatusGate>>>;
  readonly overall: {
    readonly status: 'pass' | 'fail';
    readonly blocking_issues: readonly string[];
    readonly pass_count: number;
    readonly fail_count: number;
  };
  /** A person's own mark, kept as it is. */
  readonly verification?: unknown;
}

export interface StatusInput {
  readonly stem: string;
  readonly track: string;
  readonly report: AuditReport;
  readonly facts: Pick<ModuleFacts, 'planVersion'>;
  /** When the audit ended. */
  readonly at: Date;
  readonly durationMs: number;
  readonly sources: SourceTimes;
  /** `verification` of the file before; undefined where it had none. */
  readonly verification: unknown;
}

/** The status file of an audit. */
export function statusFile(input: StatusInput): StatusFile {
  const { report, at, verification } = input;
  const gates = statusGates(report);
  const statuses = Object.values(gates).map(({ status }) => status);
  return {
    module: input.stem,
    level: (input.track.split('-')[0] ?? '').toUpperCase(),
    plan_version: input.facts.planVersion,
    last_audit: at.toISOString(),
    audit_duration_ms: Math.round(input.durationMs),
    source_mtimes: input.sources,
    gates,
    overall: {
      status: report.passed ? 'pass' : 'fail',
      blocking_issues: blockingIssues(report),
      pass_count: statuses.filter((status) => status === 'pass').length,
      fail_count: statuses.filter((status) => status === 'fail').length,
    },
    ...(verification === undefined ? {} : { verification }),
  };
}

/** The text of a status file: two blanks indent, no newline at its end. */
export const statusText = (status: StatusFile): string => JSON.stringify(status, null, 2);

/** Whether a source is newer than a status file says, gone, or new; true where the text is no status file. */
export function isStale(status: unknown, sources: SourceTimes): boolean {
  if (typeof status !== 'object' || status === null) return true;
  const known = (status as Partial<Record<string, unknown>>)['source_mtimes'];
  if (typeof known !== 'object' || known === null) return true;
  return SOURCE_KEYS.some((key) => {
    const before = (known as Partial<Record<string, unknown>>)[key] ?? null;
    const now = sources[key];
    if (before === null || now === null) return before !== now;
    return typeof before !== 'string' || !(Date.parse(now) <= Date.parse(before));
  });
}

function statusGates(report: AuditReport): Readonly<Partial<Record<StatusGroup, StatusGate>>> {
  const found: Partial<Record<StatusGroup, StatusGate>> = {};
  for (const group of STATUS_GROUPS) {
    const gates = GATES.filter((gate) => gate.group === group).flatMap(({ name, title }) => {
      const result = report.gates.find((candidate) => candidate.gate === name);
      return result === undefined ? [] : [{ title, result }];
    });
    const [first, ...others] = gates;
    // No review, and so no word on it.
    if (first === undefined || (group === 'review' && first.result.status === 'info')) continue;
    const failing = others.filter(({ result }) => result.status === 'fail');
    found[group] = {
      status: groupStatus(first.result, failing.length),
      violations: failing.length + (first.result.status === 'fail' ? 1 : 0),
      message: [
        first.result.message,
        ...failing.map(({ title, result }) => `${title.toLowerCase()}: ${result.message}`),
      ].join(' | '),
    };
  }
  return found;
}

function groupStatus(first: GateResult, failing: number): StatusGate['status'] {
  if (first.status === 'fail' || failing > 0) return 'fail';
  return first.status === 'warn' ? 'warn' : 'pass';
}

function blockingIssues({ gates }: AuditReport): readonly string[] {
  return GATES.flatMap(({ name, blocking }) => {
    const result = gates.find(({ gate }) => gate === name);
    return result?.status === 'fail' && blocking !== undefined ? [blocking(result.message)] : [];
  });
}
