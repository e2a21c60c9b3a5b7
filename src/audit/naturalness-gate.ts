import type { GateStatus } from '../domain/audit.ts';
import type { Gate } from './gate.ts';
import { sidecarValue, type Sidecars } from './sidecars.ts';
import { field } from './values.ts';

const GATE = 'naturalness';

/** A person's mark for how natural the Ukrainian is. */
export interface Naturalness {
  /** 1 to 10; null where there is no number. */
  readonly score: number | null;
  /** With capitals; PENDING where the meta has none. */
  readonly status: string;
}

/** Whether a person has found the Ukrainian natural: `9/10 (High)`, or `1/10 (PENDING) - Naturalness check required`. */
export const naturalnessGate: Gate = {
  name: GATE,
  title: 'Naturalness',
  group: 'naturalness',
  aside: true,
  check({ sidecars }) {
    const { score, status } = naturalnessOf(sidecars);
    const mark = `${score ?? 0}/10`;
    if (status === 'PASS') return result('pass', `${mark} (${word(score ?? 0)})`);
    const why = status === 'PENDING' ? 'Naturalness check required' : 'not found natural';
    return result('fail', `${mark} (${status}) - ${why}`);
  },
};

/** The mark of a module's meta. */
export function naturalnessOf(sidecars: Sidecars): Naturalness {
  const mark = field(sidecarValue(sidecars.meta), 'naturalness');
  const score = numberOf(field(mark, 'score'));
  const status = field(mark, 'status');
  return {
    score: score === null ? null : Math.min(10, Math.max(0, score)),
    status: typeof status === 'string' && /^\w{1,20}$/.test(status.trim()) ? status.trim().toUpperCase() : 'PENDING',
  };
}

/** A number as YAML has it, quoted or not. */
function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

const word = (score: number): string => (score >= 8 ? 'High' : score >= 6 ? 'Medium' : 'Low');

function result(status: GateStatus, message: string): ReturnType<Gate['check']> {
  if (status === 'pass') return { gate: GATE, status, message, findings: [] };
  const finding = {
    gate: GATE,
    severity: 'error',
    message: `The naturalness of the text is ${message}`,
    file: 'meta',
    hint: 'A person reads the lesson and sets naturalness.score and naturalness.status in the meta file.',
  } as const;
  return { gate: GATE, status, message, findings: [finding] };
}
