import type { Finding } from '../domain/audit.ts';
import { activitiesOf, activityList, activityName, type Activity } from './activity.ts';
import { slipsOf } from './activity-slips.ts';
import type { Gate, GateInput } from './gate.ts';
import type { Slip } from './slip.ts';
import { asRecord } from './values.ts';

const GATE = 'activities';

/** Slips that are told one by one; the rest is told by its number. */
const MAX_SLIPS = 25;

/** Entries that a slip names; the rest is told by its number. */
const MAX_ENTRIES = 8;

/** Whether there are enough activities: `8/8`. Too many are noted, and so is what departs from the shape of its type. */
export const activitiesGate: Gate = {
  name: GATE,
  check(input) {
    const activities = activitiesOf(input.sidecars.activities);
    const { activitiesMin } = input.profile;
    const findings = [...countFindings(activities.length, input), ...strayFindings(input), ...slipFindings(activities)];
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

function slipFindings(activities: readonly Activity[]): readonly Finding[] {
  const findings: Finding[] = [];
  let more = 0;
  for (const activity of activities) {
    // The slips of further activities are not even looked for: a file of aliases can have millions.
    if (findings.length >= MAX_SLIPS) {
      more += 1;
      continue;
    }
    findings.push(...slipsOf(activity).map((slip) => slipFinding(activity, slip)));
  }
  if (more === 0) return findings.slice(0, MAX_SLIPS);
  const rest = finding(
    'warning',
    `${more} more activities were not looked into`,
    'Mend the ones that are named first.',
  );
  return [...findings.slice(0, MAX_SLIPS), rest];
}

function slipFinding(activity: Activity, { problem, hint, entries }: Slip): Finding {
  return finding('warning', `${activityName(activity)}${entriesText(entries)}: ${problem}`, hint);
}

function entriesText(entries: readonly number[]): string {
  if (entries.length === 0) return '';
  const shown = entries.slice(0, MAX_ENTRIES).join(', ');
  const rest = entries.length > MAX_ENTRIES ? ` and ${entries.length - MAX_ENTRIES} more` : '';
  return `, ${entries.length === 1 ? 'entry' : 'entries'} ${shown}${rest}`;
}

function finding(severity: Finding['severity'], message: string, hint: string): Finding {
  return { gate: GATE, severity, message, file: 'activities', hint };
}
