import type { Finding } from '../domain/audit.ts';
import { activityList } from './activity.ts';
import type { Gate, GateInput } from './gate.ts';
import { SIDECAR_KINDS, type Sidecar, type SidecarKind } from './sidecars.ts';
import { asList, asRecord, field } from './values.ts';
import type { YamlProblem } from '../yaml/yaml-problems.ts';

const GATE = 'yaml';

/**
 * Whether every sidecar parses and has the outer shape that the other gates read. Errors fail; in the plan they only warn,
 * since a plan is written by people and no fix may touch it.
 */
export const yamlGate: Gate = {
  name: GATE,
  title: 'YAML',
  group: null,
  blocking: (message) => `YAML: ${message}`,
  check(input) {
    const findings = SIDECAR_KINDS.flatMap((kind) => findingsOf(kind, input));
    const errors = findings.filter((finding) => finding.severity === 'error');
    const first = errors[0] ?? findings[0];
    if (first === undefined) return { gate: GATE, status: 'pass', message: 'Valid YAML', findings };
    const status = errors.length > 0 ? 'fail' : 'warn';
    const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : '';
    return { gate: GATE, status, message: `${first.message}${more}`, findings };
  },
};

function findingsOf(kind: SidecarKind, { sidecars }: GateInput): readonly Finding[] {
  const sidecar = sidecars[kind];
  if (sidecar.state === 'absent') return [];
  return [...sidecar.problems.map((problem) => problemFinding(kind, problem)), ...shapeFindings(kind, sidecar)];
}

function problemFinding(kind: SidecarKind, { message, line, column }: YamlProblem): Finding {
  const place = line === null ? '' : ` line ${line}${column === null ? '' : `, column ${column}`}`;
  const shown = line === null ? {} : { line, ...(column === null ? {} : { column }) };
  return {
    gate: GATE,
    severity: severityOf(kind),
    message: `${kind}${place}: ${message}`,
    file: kind,
    ...shown,
    hint:
      kind === 'plan'
        ? 'A person must mend the plan: a fix does not change it. Until then its word target does not count.'
        : `Mend the YAML of the ${kind} file${place === '' ? '' : ` at${place}`}: check indentation, quotes and repeated keys there.`,
  };
}

function shapeFindings(kind: SidecarKind, sidecar: Sidecar): readonly Finding[] {
  if (sidecar.state !== 'read') return [];
  const { value } = sidecar;
  if (value === undefined || value === null)
    return [shapeFinding(kind, 'warning', 'is empty', `Write the ${kind} file.`)];
  if (kind === 'activities' && activityList(sidecar) === null) {
    return [
      shapeFinding(
        kind,
        'error',
        'is not a list',
        'Make the activities file a list: each entry begins with "- type:".',
      ),
    ];
  }
  if (kind === 'vocabulary' && asList(value) === null && asList(field(value, 'items')) === null) {
    // A key with nothing behind it: no words yet, which is a soft target.
    if (field(value, 'items') === null) return [];
    return [
      shapeFinding(kind, 'error', "has no list 'items'", "Put the vocabulary entries into a list under 'items:'."),
    ];
  }
  if ((kind === 'meta' || kind === 'plan') && asRecord(value) === null) {
    return [shapeFinding(kind, severityOf(kind), 'is not a mapping', `Write the ${kind} file as "key: value" lines.`)];
  }
  return [];
}

function shapeFinding(kind: SidecarKind, severity: Finding['severity'], problem: string, hint: string): Finding {
  return { gate: GATE, severity, message: `${kind} ${problem}`, file: kind, hint };
}

function severityOf(kind: SidecarKind): Finding['severity'] {
  return kind === 'plan' ? 'warning' : 'error';
}
