import type { Finding } from '../domain/audit.ts';
import { activitiesOf, activityList, activityName, type Activity } from './activity.ts';
import { slipsOf } from './activity-slips.ts';
import { entryLines } from './entry-lines.ts';
import type { Gate, GateInput } from './gate.ts';
import type { Slip } from './slip.ts';

const GATE = 'schema';

/** Slips that are told one by one; the rest is told by its number. */
const MAX_SLIPS = 25;

/** Entries that a slip names; the rest is told by its number. */
const MAX_ENTRIES = 8;

/** Whether each activity has the shape of its type. Real files break it at times and work all the same: it warns. */
export const schemaGate: Gate = {
  name: GATE,
  title: 'Schema',
  group: 'activities',
  check(input) {
    const findings = slipFindings(input);
    if (findings.length === 0) return { gate: GATE, status: 'pass', message: 'Valid activities', findings };
    const message = `${findings.length} slip${findings.length === 1 ? '' : 's'} of shape`;
    return { gate: GATE, status: 'warn', message, findings };
  },
};

function slipFindings({ sidecars, text }: GateInput): readonly Finding[] {
  const findings: Finding[] = [];
  let more = 0;
  let lines: readonly number[] | null | undefined;
  for (const activity of activitiesOf(sidecars.activities)) {
    // The slips of further activities are not even looked for: a file of aliases can have millions.
    if (findings.length >= MAX_SLIPS) {
      more += 1;
      continue;
    }
    for (const slip of slipsOf(activity)) {
      lines ??= entryLines(text.files.activities ?? '', activityList(sidecars.activities)?.length ?? 0);
      findings.push(slipFinding(activity, slip, lines?.[activity.position - 1]));
    }
  }
  if (more === 0) return findings.slice(0, MAX_SLIPS);
  const rest: Finding = {
    gate: GATE,
    severity: 'warning',
    message: `${more} more activities were not looked into`,
    file: 'activities',
    hint: 'Mend the ones that are named first.',
  };
  return [...findings.slice(0, MAX_SLIPS), rest];
}

function slipFinding(activity: Activity, { problem, hint, entries }: Slip, line: number | undefined): Finding {
  return {
    gate: GATE,
    severity: 'warning',
    message: `${activityName(activity)}${entriesText(entries)}: ${problem}`,
    file: 'activities',
    ...(line === undefined ? {} : { line }),
    hint,
  };
}

function entriesText(entries: readonly number[]): string {
  if (entries.length === 0) return '';
  const shown = entries.slice(0, MAX_ENTRIES).join(', ');
  const rest = entries.length > MAX_ENTRIES ? ` and ${entries.length - MAX_ENTRIES} more` : '';
  return `, ${entries.length === 1 ? 'entry' : 'entries'} ${shown}${rest}`;
}
