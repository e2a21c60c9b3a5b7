import { activitiesOf } from './activity.ts';
import { ACTIVITY_SHAPES } from './activity-shapes.ts';
import type { Gate } from './gate.ts';
import type { Heading } from './lesson.ts';

const GATE = 'unique-types';

/** Whether the activities are of enough different types: `6/4 types`. A section that reads like an activity adds its type. */
export const uniqueTypesGate: Gate = {
  name: GATE,
  title: 'Unique_types',
  group: 'activities',
  check({ sidecars, lesson, profile }) {
    const types = new Set(activitiesOf(sidecars.activities).map((activity) => activity.type));
    types.delete('');
    for (const type of sectionTypes(lesson.headings)) types.add(type);
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

/** Types whose name stands as a word in the heading of a section: `Practice Reading Grammar` has reading in it. */
function sectionTypes(headings: readonly Heading[]): readonly string[] {
  const title = headings.find((heading) => heading.level === 1);
  const sections = headings.filter((heading) => heading.level <= 2 && heading !== title);
  return TYPE_NAMES.filter(({ name }) => sections.some(({ text }) => name.test(text))).map(({ type }) => type);
}

const TYPE_NAMES = [...ACTIVITY_SHAPES.keys()].map((type) => ({
  type,
  name: new RegExp(`(?<![\\p{L}\\p{N}-])${type.replace(/-/g, '[- ]')}(?![\\p{L}\\p{N}-])`, 'iu'),
}));
