import { activitiesOf } from './activity.ts';
import type { Gate, GateInput } from './gate.ts';
import { sidecarValue } from './sidecars.ts';
import { asList, cut, field } from './values.ts';

const GATE = 'required-types';

/** Whether the activity types that the plan hints at are all used; where it hints at none, those of the level. */
export const requiredTypesGate: Gate = {
  name: GATE,
  title: 'Required',
  group: null,
  blocking: (message) => message,
  check(input) {
    const required = requiredTypes(input);
    if (required.length === 0) return { gate: GATE, status: 'info', message: 'No required types', findings: [] };
    const used = new Set(activitiesOf(input.sidecars.activities).map(({ type }) => type));
    const missing = required.filter((type) => !used.has(type));
    const message = `${required.length - missing.length}/${required.length} (${required.join(', ')})`;
    if (missing.length === 0) return { gate: GATE, status: 'pass', message, findings: [] };
    const names = missing.join(', ');
    const finding = {
      gate: GATE,
      severity: 'error',
      message: `Missing required activity types: ${names}`,
      file: 'activities',
      hint: `Add an activity of each of these types: ${names}.`,
    } as const;
    return { gate: GATE, status: 'fail', message: finding.message, findings: [finding] };
  },
};

/** The types that a module must have, in order: of the plan's hints as many as the level counts, else those of the level. */
export function requiredTypes({ sidecars, profile }: Pick<GateInput, 'sidecars' | 'profile'>): readonly string[] {
  const { requiredHints, priorityTypes, requiredTypes: ofLevel } = profile;
  const hinted = requiredHints === 'none' ? [] : hintedTypes(sidecarValue(sidecars.plan));
  const counted = requiredHints === 'priority' ? hinted.filter((type) => priorityTypes.includes(type)) : hinted;
  return [...new Set(counted.length > 0 ? counted : ofLevel)].sort();
}

function hintedTypes(plan: unknown): readonly string[] {
  return (asList(field(plan, 'activity_hints')) ?? []).flatMap((hint) => {
    const type = field(hint, 'type');
    return typeof type === 'string' && type.trim() !== '' ? [cut(type.trim(), 40)] : [];
  });
}
