import { activitiesOf } from './activity.ts';
import type { Gate } from './gate.ts';

const GATE = 'priority';

/** Whether the activities have one of the types that the level is about. */
export const priorityGate: Gate = {
  name: GATE,
  title: 'Priority',
  group: 'activities',
  check({ sidecars, profile }) {
    const { priorityTypes, activitiesMin } = profile;
    if (priorityTypes.length === 0)
      return { gate: GATE, status: 'info', message: 'No priority types in this level', findings: [] };
    const activities = activitiesOf(sidecars.activities);
    const used = activities.some(({ type }) => priorityTypes.includes(type));
    if (used || (activities.length === 0 && activitiesMin === 0))
      return { gate: GATE, status: 'pass', message: 'Priority types used', findings: [] };
    const finding = {
      gate: GATE,
      severity: 'error',
      message: 'No activity is of a priority type of the level',
      file: 'activities',
      hint: `Make at least one activity a ${priorityTypes.join(', ')}.`,
    } as const;
    return { gate: GATE, status: 'fail', message: 'No priority types', findings: [finding] };
  },
};
