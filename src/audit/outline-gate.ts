import type { Finding } from '../domain/audit.ts';
import type { Gate } from './gate.ts';
import type { LessonSection } from './lesson.ts';
import {
  isExempt,
  matchOutline,
  outlinedSections,
  outlineOf,
  type OutlineMatch,
  type OutlineSection,
} from './outline.ts';
import { cut } from './values.ts';

const GATE = 'outline';

/** Share of its words by which a section may be short without a word, and with a warning. */
const NOTED_SHORT = 0.1;
const FAILED_SHORT = 0.2;

const MAX_FINDINGS = 40;

/** Whether the lesson has the sections of the module's outline, each with its words where the lesson as a whole is short. */
export const outlineGate: Gate = {
  name: GATE,
  title: 'Outline',
  group: null,
  blocking: (message) => message,
  check({ lesson, sidecars }) {
    const outline = outlineOf(sidecars);
    if (outline.length === 0) return { gate: GATE, status: 'info', message: 'No outline', findings: [] };
    const sections = outlinedSections(lesson);
    const match = matchOutline(outline, sections);
    const findings = [
      ...missingFindings(match),
      ...(sum(sections) < wantedSum(outline) ? shortFindings(match) : []),
      ...extraFindings(match),
    ];
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    const shown = findings.slice(0, MAX_FINDINGS);
    if (errors > 0)
      return { gate: GATE, status: 'fail', message: `${errors} Outline Compliance Errors`, findings: shown };
    if (findings.length === 0)
      return { gate: GATE, status: 'pass', message: `${outline.length} sections as outlined`, findings };
    const message = `${findings.length} outline warning${findings.length === 1 ? '' : 's'}`;
    return { gate: GATE, status: 'warn', message, findings: shown };
  },
};

const sum = (sections: readonly LessonSection[]): number => sections.reduce((words, { runs }) => words + runs, 0);

const wantedSum = (outline: readonly OutlineSection[]): number =>
  outline.reduce((words, section) => words + (section.words ?? 0), 0);

function missingFindings({ pairs }: OutlineMatch): readonly Finding[] {
  return pairs
    .filter(({ wanted, section }) => section === null && !isExempt(wanted.name))
    .map(({ wanted: { name, words, points } }) => ({
      gate: GATE,
      severity: 'error',
      message: `Section «${name}» of the outline is missing`,
      file: 'lesson',
      hint: addHint(name, words, points),
    }));
}

function addHint(name: string, words: number | null, points: readonly string[]): string {
  const size = words === null ? '' : ` with about ${words} words`;
  const about = points.length === 0 ? '' : ` on: ${cut(points.join('; '), 300)}`;
  return `Add the section '## ${name}'${size}${about}.`;
}

function shortFindings({ pairs }: OutlineMatch): readonly Finding[] {
  return pairs.flatMap(({ wanted, section }): readonly Finding[] => {
    if (section === null || wanted.words === null || isExempt(wanted.name)) return [];
    const short = (wanted.words - section.runs) / wanted.words;
    if (short < NOTED_SHORT) return [];
    return [
      {
        gate: GATE,
        severity: short >= FAILED_SHORT ? 'error' : 'warning',
        message: `Section «${wanted.name}» has ${section.runs} words of ${wanted.words} (${Math.floor(short * 100)}% short)`,
        file: 'lesson',
        ...placeOf(section),
        hint: `Write about ${wanted.words - section.runs} words more in this section.`,
      },
    ];
  });
}

function extraFindings({ extra }: OutlineMatch): readonly Finding[] {
  return extra
    .filter(({ heading }) => heading !== null && !isExempt(heading.text))
    .map((section) => ({
      gate: GATE,
      severity: 'warning',
      message: `Section «${cut(section.heading?.text ?? '', 80)}» is not in the outline`,
      file: 'lesson',
      ...placeOf(section),
      hint: 'Keep it if the lesson needs it; else name it as the outline does, or make it an H3 of its section.',
    }));
}

const placeOf = ({ heading }: LessonSection): { readonly line?: number } =>
  heading === null ? {} : { line: heading.line };
