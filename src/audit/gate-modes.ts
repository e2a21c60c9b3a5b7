import type { Finding, GateResult } from '../domain/audit.ts';

/**
 * What the settings make of a gate: `off` leaves it out, `warn` lets it warn where it would fail, `fail` lets it fail where it
 * would warn.
 */
export const GATE_MODES = ['off', 'warn', 'fail'] as const;
export type GateMode = (typeof GATE_MODES)[number];

/** Modes by the name of the gate; one that is not named judges as it does by itself. */
export type GateModes = Readonly<Record<string, GateMode>>;

/** The mode of a gate; undefined where the settings name none. */
export const modeOf = (modes: GateModes, gate: string): GateMode | undefined =>
  Object.hasOwn(modes, gate) ? modes[gate] : undefined;

/** A result as its mode has it. */
export function inMode(result: GateResult, mode: GateMode | undefined): GateResult {
  if (mode === 'warn' && result.status === 'fail')
    return { ...result, status: 'warn', findings: as(result, 'warning') };
  if (mode === 'fail' && result.status === 'warn') return { ...result, status: 'fail', findings: as(result, 'error') };
  return result;
}

const as = ({ findings }: GateResult, severity: Finding['severity']): readonly Finding[] =>
  findings.map((finding) => ({ ...finding, severity }));
