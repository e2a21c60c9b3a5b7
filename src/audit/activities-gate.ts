import type { Finding } from '../domain/audit.ts';
import { activitiesOf, activityList } from './activity.ts';
import type { Gate, GateInput } from './gate.ts';
import { asRecord } from './values.ts';

const GATE = 'activities';

/** Whether there are enough activities: `8/8`. Too many are noted. */
export const activitiesGate: Gate = {
  name: GATE,
  title: 'Activities',
  group: 'activities',
  check(input) {
    const activities = activitiesOf(input.sidecars.activities);
    const { activitiesMin } = input.profile;
    const findings = [...countFindings(activities.length, input), ...strayFindings(input)];
    const status = activities.length < activitiesMin ? 'fail' : 'pass';
    return { gate: GATE, status, message: `${activities.length}/${activitiesMin}`, findings };
  },
};

function countFindings(count: number, { profile }: GateInput): readonly Finding[] {
  const { activitiesMin, activitiesMax } = profile;
  if (count < activitiesMin) {
    const message = `${count} activities of ${activitiesMin}`;
    return [finding('error', message, `Add at least ${activitiesMin - count} activities to the activities file.`)];
  }
  if (activitiesMax === null || count <= activitiesMax) return [];
  const message = `${count} activities, more than the ${activitiesMax} of the level`;
  return [finding('warning', message, 'More activities than the level has are allowed: remove none but weak ones.')];
}

/** Entries of the list that are no mappings, and so no activities. */
function strayFindings({ sidecars }: GateInput): readonly Finding[] {
  const strays = (activityList(sidecars.activities) ?? []).filter((entry) => asRecord(entry) === null).length;
  if (strays === 0) return [];
  const message = `${strays} of the list's entries ${strays === 1 ? 'is no activity' : 'are no activities'}`;
  return [finding('warning', message, 'Write each entry of the activities file as a mapping with type and title.')];
}

function finding(severity: Finding['severity'], message: string, hint: string): Finding {
  return { gate: GATE, severity, message, file: 'activities', hint };
}
