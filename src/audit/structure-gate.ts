import type { Finding } from '../domain/audit.ts';
import type { Gate, GateInput } from './gate.ts';
import { plainHeading, sectionHeadings, titleOf } from './lesson.ts';

const GATE = 'structure';

const SUMMARY = /(?<![\p{L}\p{N}])(?:підсумок|підсумки|summary)(?![\p{L}\p{N}])/iu;
const VOCABULARY = /^(?:vocabulary|словник|лексика)(?![\p{L}\p{N}])/iu;

/** Whether the lesson has a summary, and a vocabulary as a section or as a sidecar. That it has no title is only noted. */
export const structureGate: Gate = {
  name: GATE,
  title: 'Structure',
  group: 'meta',
  blocking: (message) => `Structure: ${message}`,
  check(input) {
    const errors = [summary(input), vocabulary(input)].filter((finding) => finding !== null);
    const findings = [...errors, ...titleNotes(input)];
    if (errors.length === 0) return { gate: GATE, status: 'pass', message: 'Valid Structure', findings };
    return { gate: GATE, status: 'fail', message: errors.map(({ message }) => message).join(' | '), findings };
  },
};

function titleNotes({ lesson }: GateInput): readonly Finding[] {
  const title = titleOf(lesson.headings);
  if (title !== undefined && title.text !== '') return [];
  const hint = "Begin the lesson with its title as an H1: '# Title'.";
  return [{ gate: GATE, severity: 'warning', message: 'The lesson has no title', file: 'lesson', hint }];
}

function summary({ lesson }: GateInput): Finding | null {
  if (sectionHeadings(lesson.headings).some((heading) => SUMMARY.test(heading.text))) return null;
  return missing("Missing summary section ('# Підсумок')", "Add a section '# Підсумок' that sums the lesson up.");
}

function vocabulary({ lesson, text }: GateInput): Finding | null {
  if (
    text.files.vocabulary !== null ||
    sectionHeadings(lesson.headings).some((heading) => VOCABULARY.test(plainHeading(heading)))
  )
    return null;
  const hint = "Write the vocabulary file of the module, or add a section '## Vocabulary' to the lesson.";
  return missing("Missing '## Vocabulary' header OR vocabulary sidecar", hint);
}

function missing(message: string, hint: string): Finding {
  return { gate: GATE, severity: 'error', message, file: 'lesson', hint };
}
