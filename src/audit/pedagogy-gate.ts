import type { Finding } from '../domain/audit.ts';
import { activitiesOf, activityList, activityName, type Activity } from './activity.ts';
import { entryLines } from './entry-lines.ts';
import type { Gate, GateInput } from './gate.ts';
import {
  askedTwice,
  asksForWords,
  noMistake,
  sameOptions,
  stemsOf,
  untaught,
  type PedagogyProblem,
} from './pedagogy-rules.ts';

const GATE = 'pedagogy';

/** Activities that are looked at. */
const MAX_ACTIVITIES = 60;

/** Whether the activities fit the lesson: they ask for what it names, nothing twice, and choices that differ. It warns. */
export const pedagogyGate: Gate = {
  name: GATE,
  title: 'Pedagogy',
  group: 'lesson',
  check(input) {
    const activities = activitiesOf(input.sidecars.activities).slice(0, MAX_ACTIVITIES);
    const known = activities.some(asksForWords) ? taught(input) : new Set<string>();
    const found = activities.flatMap((activity) =>
      [untaught(activity, known), askedTwice(activity), sameOptions(activity), noMistake(activity)]
        .filter((problem) => problem !== null)
        .map((problem) => ({ activity, problem })),
    );
    if (found.length === 0) return { gate: GATE, status: 'pass', message: 'Level-appropriate', findings: [] };
    const lines = entryLines(input.text.files.activities ?? '', activityList(input.sidecars.activities)?.length ?? 0);
    const findings = found.map(({ activity, problem }) => finding(activity, problem, lines));
    return { gate: GATE, status: 'warn', message: `${found.length} violations`, findings };
  },
};

const taught = ({ text }: GateInput): ReadonlySet<string> =>
  stemsOf([text.files.lesson ?? '', text.files.vocabulary ?? '']);

function finding(activity: Activity, { problem, hint }: PedagogyProblem, lines: readonly number[] | null): Finding {
  const line = lines?.[activity.position - 1];
  return {
    gate: GATE,
    severity: 'warning',
    message: `${activityName(activity)}: ${problem}`,
    file: 'activities',
    ...(line === undefined ? {} : { line }),
    hint,
  };
}
