import type { AuditReport, Finding, GateStatus } from './audit.ts';
import { fence, unfence } from './files-block.ts';

/** Findings of one gate that stand in a prompt; a gate can have hundreds, and the first ones tell what to do. */
const SHOWN = 40;

/** An audit report as it stands in a prompt: a line a gate, a line a finding. The same report gives the same text. */
export function renderAudit(report: AuditReport): string {
  const gates = report.gates.flatMap((gate) => {
    const shown = gate.findings.slice(0, SHOWN).map(findingLine);
    const rest = gate.findings.length - shown.length;
    return [
      `- ${oneLine(gate.gate).replaceAll(' ', '-')}: ${gate.status}: ${oneLine(gate.message)}`.trimEnd(),
      ...shown,
      ...(rest > 0 ? [`  - and ${rest} more`] : []),
    ];
  });
  return fence('AUDIT', [`The audit ${report.passed ? 'passed' : 'failed'}.`, ...gates].join('\n'));
}

function findingLine({ severity, file, line, column, message, hint }: Finding): string {
  const place = [
    file,
    line === undefined ? undefined : `line ${line}`,
    column === undefined ? undefined : `column ${column}`,
  ];
  const where = place.filter((part) => part !== undefined).join(' ');
  const advice = hint === undefined ? '' : ` To do: ${oneLine(hint)}`;
  return `  - ${severity}${where === '' ? '' : ` in ${where}`}: ${oneLine(message)}${advice}`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

/** What a prompt's audit block tells of one gate. */
export interface PromptGate {
  readonly gate: string;
  readonly status: GateStatus;
  readonly message: string;
  /** Number of its findings. */
  readonly findings: number;
}

/** The inverse of `renderAudit`, as far as numbers go; null where the prompt has no audit. */
export function parseAudit(prompt: string): { readonly passed: boolean; readonly gates: readonly PromptGate[] } | null {
  const text = unfence('AUDIT', prompt);
  if (text === null) return null;
  const gates: { gate: string; status: GateStatus; message: string; findings: number }[] = [];
  for (const line of text.split('\n')) {
    const gate = /^- (\S+): (pass|warn|fail|info):(?: (.*))?$/.exec(line);
    const more = /^ {2}- and (\d+) more$/.exec(line);
    const last = gates.at(-1);
    if (gate !== null) {
      gates.push({ gate: gate[1] ?? '', status: gate[2] as GateStatus, message: gate[3] ?? '', findings: 0 });
    } else if (last !== undefined && more !== null) {
      last.findings += Number(more[1]);
    } else if (last !== undefined && line.startsWith('  - ')) {
      last.findings += 1;
    }
  }
  return { passed: text.startsWith('The audit passed.'), gates };
}
