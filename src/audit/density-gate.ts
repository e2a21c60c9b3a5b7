import type { Finding } from '../domain/audit.ts';
import { activitiesOf, activityList, activityName } from './activity.ts';
import { entryLines } from './entry-lines.ts';
import type { Gate } from './gate.ts';
import { itemCount } from './item-count.ts';
import { minimumItems } from './profile.ts';

const GATE = 'density';

/** Low activities that are told one by one. */
const MAX_FINDINGS = 25;

/** Whether every activity has items enough for its type: `All > 12`, or `6 < 8` for the first that has not. */
export const densityGate: Gate = {
  name: GATE,
  title: 'Density',
  group: 'activities',
  check({ sidecars, profile, text }) {
    const counted = activitiesOf(sidecars.activities).map((activity) => {
      const minimum = minimumItems(profile, activity.type);
      return { activity, minimum, items: itemCount(activity) };
    });
    if (counted.length === 0 && profile.activitiesMin > 0) {
      // The activities gate tells that there are none; here the recorded form of it.
      return { gate: GATE, status: 'fail', message: `0 < ${profile.density}`, findings: [] };
    }
    const low = counted.filter(({ items, minimum }) => items < minimum);
    const first = low[0];
    if (first === undefined) return { gate: GATE, status: 'pass', message: `All > ${profile.density}`, findings: [] };
    const more = low.length > 1 ? ` (${low.length} activities low)` : '';
    const lines = entryLines(text.files.activities ?? '', activityList(sidecars.activities)?.length ?? 0);
    const findings = low.slice(0, MAX_FINDINGS).map(({ activity, items, minimum }): Finding => {
      const message = `${activityName(activity)}: ${items} of ${minimum} items`;
      const hint = `Add at least ${minimum - items} items to this activity.`;
      const line = lines?.[activity.position - 1];
      const place = line === undefined ? {} : { line };
      return { gate: GATE, severity: 'error', message, file: 'activities', ...place, hint };
    });
    return { gate: GATE, status: 'fail', message: `${first.items} < ${first.minimum}${more}`, findings };
  },
};
