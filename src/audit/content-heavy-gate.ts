import type { GateStatus } from '../domain/audit.ts';
import { activitiesOf } from './activity.ts';
import type { Gate } from './gate.ts';

const GATE = 'content-heavy';

/** Tells whether a module whose lesson is the work has as many activities as it should; it never fails. */
export const contentHeavyGate: Gate = {
  name: GATE,
  title: 'Content_heavy',
  group: null,
  aside: true,
  check({ sidecars, profile }) {
    const { contentHeavy, activitiesMin: min, activitiesMax: max } = profile;
    const count = activitiesOf(sidecars.activities).length;
    const told = (status: GateStatus, message: string): ReturnType<Gate['check']> => ({
      gate: GATE,
      status,
      message,
      findings: [],
    });
    if (!contentHeavy) return told('info', 'N/A (standard module)');
    if (count < min) return told('warn', `Too few activities: ${count} (target ${min}-${max ?? '…'})`);
    if (max !== null && count > max) return told('warn', `Too many activities: ${count} (target ${min}-${max})`);
    return told('pass', `Content-heavy OK (${count} activities)`);
  },
};
