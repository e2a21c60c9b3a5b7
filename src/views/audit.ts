/** What `audit` prints: pure, from the results of a track. */
import type { Finding, GateResult, GateStatus } from '../domain/audit.ts';
import type { AuditedModule } from '../audit/track/audit-track.ts';
import { plainTable } from './table.ts';

const MARKS: Readonly<Record<GateStatus, string>> = { pass: 'ok', warn: 'warn', fail: 'FAIL', info: '-' };

/** Findings of a gate that are printed; the report file has all. */
const SHOWN = 10;

type Audited = Exclude<AuditedModule, { readonly state: 'missing' }>;

/** Results with one gate alone, where one is asked for. */
export function onlyGate(modules: readonly AuditedModule[], gate: string | undefined): readonly AuditedModule[] {
  if (gate === undefined) return modules;
  return modules.map((module) => {
    if (module.state === 'missing') return module;
    const gates = module.report.gates.filter((result) => result.gate === gate || result.gate === 'audit');
    return { ...module, report: { passed: gates.every(({ status }) => status !== 'fail'), gates } };
  });
}

/** One module: a line a gate with its message, then the findings. Many: a line a module, with the gates that any of them minds. */
export function auditText(modules: readonly AuditedModule[], gate: string | undefined, columns: number): string {
  const [first, ...others] = modules;
  if (first === undefined) return '';
  if (others.length === 0) return first.state === 'missing' ? missingLine(first) : oneModule(first, columns);
  return gate === undefined ? matrix(modules, columns) : messages(modules, columns);
}

const missingLine = ({ ref }: AuditedModule): string => `${ref.track}/${ref.slug}: there is no lesson yet\n`;

function oneModule({ ref, report }: Audited, columns: number): string {
  const rows = report.gates.map(({ gate, status, message }) => [gate, MARKS[status], message]);
  const result = `${ref.track}/${ref.slug}: ${report.passed ? 'passed' : 'failed'}\n\n`;
  return `${result}${plainTable(['GATE', '', 'MESSAGE'], rows, { columns, flexible: 'MESSAGE' })}${findingsText(report.gates)}`;
}

function messages(modules: readonly AuditedModule[], columns: number): string {
  const rows = modules.map((module) => {
    const [result] = module.state === 'missing' ? [] : module.report.gates;
    const cells = result === undefined ? ['-', 'no lesson'] : [MARKS[result.status], result.message];
    return [String(module.ref.number), module.ref.slug, ...cells];
  });
  const failing = modules.filter((module): module is Audited => module.state !== 'missing' && !module.report.passed);
  return `${plainTable(['NO', 'MODULE', '', 'MESSAGE'], rows, { columns, flexible: 'MESSAGE' })}${failing.map(failingText).join('')}`;
}

function matrix(modules: readonly AuditedModule[], columns: number): string {
  const audited = modules.filter((module): module is Audited => module.state !== 'missing');
  const names = [...new Set(audited.flatMap(({ report }) => report.gates.map(({ gate }) => gate)))];
  const minded = names.filter((name) =>
    audited.some(({ report }) =>
      report.gates.some(({ gate, status }) => gate === name && (status === 'fail' || status === 'warn')),
    ),
  );
  const rows = modules.map((module) => {
    const { number, slug } = module.ref;
    if (module.state === 'missing') return [String(number), slug, 'no lesson', ...minded.map(() => '')];
    const { report } = module;
    const cells = minded.map((name) => {
      const result = report.gates.find(({ gate }) => gate === name);
      return result === undefined ? '' : MARKS[result.status];
    });
    return [String(number), slug, report.passed ? 'passed' : 'FAILED', ...cells];
  });
  const quiet = names.length - minded.length;
  const note = quiet === 0 || audited.length === 0 ? '' : `\n${quiet} more gates found nothing in any of them.\n`;
  const failing = audited.filter(({ report }) => !report.passed);
  const table = plainTable(['NO', 'MODULE', 'AUDIT', ...minded], rows, { columns, flexible: 'MODULE' });
  return `${table}${note}${failing.map(failingText).join('')}`;
}

function failingText({ ref, report }: Audited): string {
  const lines = report.gates
    .filter(({ status }) => status === 'fail')
    .map(({ gate, message }) => `  ${gate}: ${message}`);
  return `\n${ref.slug}\n${lines.join('\n')}\n`;
}

function findingsText(gates: readonly GateResult[]): string {
  return gates
    .filter(({ findings }) => findings.length > 0)
    .map(({ gate, findings }) => {
      const rest = findings.length - SHOWN;
      const more = rest > 0 ? `  and ${rest} more\n` : '';
      return `\n${gate}\n${findings.slice(0, SHOWN).map(findingText).join('')}${more}`;
    })
    .join('');
}

function findingText({ severity, file, line, column, message, hint }: Finding): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':');
  const advice = hint === undefined ? '' : `    ${hint}\n`;
  return `  ${severity}${place === '' ? '' : ` ${place}`}: ${message}\n${advice}`;
}

/** The schema of `audit --json`: docs/audit.md. */
export function auditJson(track: string, modules: readonly AuditedModule[]): unknown {
  return {
    track,
    counts: auditCounts(modules),
    modules: modules.map((module) => {
      const { number, slug } = module.ref;
      if (module.state === 'missing') return { number, slug, state: module.state };
      const { state, statusBefore, report } = module;
      return { number, slug, state, passed: report.passed, status_before: statusBefore, gates: report.gates };
    }),
  };
}

/** How many modules passed, failed, have no lesson, and were taken from the last audit. */
export function auditCounts(modules: readonly AuditedModule[]): {
  readonly passed: number;
  readonly failed: number;
  readonly missing: number;
  readonly kept: number;
} {
  const audited = modules.filter((module): module is Audited => module.state !== 'missing');
  const passed = audited.filter(({ report }) => report.passed).length;
  return {
    passed,
    failed: audited.length - passed,
    missing: modules.length - audited.length,
    kept: audited.filter(({ state }) => state === 'kept').length,
  };
}
