import { activitiesOf } from './activity.ts';
import { ACTIVITY_SHAPES, activityTypesIn } from './activity-shapes.ts';
import type { Gate } from './gate.ts';
import { sectionHeadings } from './lesson.ts';

const GATE = 'unique-types';

/** Whether the activities are of enough different types: `6/4 types`. A section that reads like an activity adds its type. */
export const uniqueTypesGate: Gate = {
  name: GATE,
  title: 'Unique_types',
  group: 'activities',
  check({ sidecars, lesson, profile }) {
    const types = new Set(activitiesOf(sidecars.activities).map((activity) => activity.type));
    types.delete('');
    for (const { text } of sectionHeadings(lesson.headings)) for (const type of activityTypesIn(text)) types.add(type);
    const wanted = profile.uniqueTypes;
    if (wanted === null) return { gate: GATE, status: 'info', message: `${types.size} types`, findings: [] };
    const message = `${types.size}/${wanted} types`;
    if (types.size >= wanted) return { gate: GATE, status: 'pass', message, findings: [] };
    const unused = (profile.priorityTypes.length > 0 ? profile.priorityTypes : [...ACTIVITY_SHAPES.keys()]).filter(
      (type) => !types.has(type),
    );
    const finding = {
      gate: GATE,
      severity: 'error',
      message: `${types.size} of ${wanted} different activity types`,
      file: 'activities',
      hint: `Use at least ${wanted - types.size} more types, for instance ${unused.slice(0, 6).join(', ')}.`,
    } as const;
    return { gate: GATE, status: 'fail', message, findings: [finding] };
  },
};
