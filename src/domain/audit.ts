import type { FileKind } from './module.ts';

export type GateStatus = 'pass' | 'warn' | 'fail' | 'info';

/** One thing that the audit found, as precisely placed as its gate can. */
export interface Finding {
  /** The gate that found it: `words`, `density`, `yaml`, … */
  readonly gate: string;
  readonly severity: 'error' | 'warning';
  readonly message: string;
  readonly file?: FileKind;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  /** What to do about it, in words that the fix prompt can use. */
  readonly hint?: string;
}

export interface GateResult {
  readonly gate: string;
  readonly status: GateStatus;
  /** The measured against the wanted: `1043/1200 (157 short)`. */
  readonly message: string;
  readonly findings: readonly Finding[];
}

/** What the audit says of a module's files. Passed means: no gate fails. */
export interface AuditReport {
  readonly passed: boolean;
  readonly gates: readonly GateResult[];
}

/** Folds gate results into a report. */
export function auditReport(gates: readonly GateResult[]): AuditReport {
  return { passed: gates.every((gate) => gate.status !== 'fail'), gates };
}

/** Number of failing gates. */
export function failingGates(report: AuditReport): readonly string[] {
  return report.gates.filter((gate) => gate.status === 'fail').map((gate) => gate.gate);
}

/** Number of findings that are errors: the measure of "audit no worse". */
export function errorCount(report: AuditReport): number {
  return report.gates.flatMap((gate) => gate.findings).filter((finding) => finding.severity === 'error').length;
}
