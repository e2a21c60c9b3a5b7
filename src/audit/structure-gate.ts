import type { Finding } from '../domain/audit.ts';
import type { Gate, GateInput } from './gate.ts';
import { plainHeading, type Heading } from './lesson.ts';

const GATE = 'structure';

const SUMMARY = /^(?:підсумок|підсумки|summary)(?![\p{L}\p{N}])/iu;
const VOCABULARY = /^(?:vocabulary|словник|лексика)(?![\p{L}\p{N}])/iu;

/** Whether the lesson has a title, a summary, and a vocabulary as a section or as a sidecar. */
export const structureGate: Gate = {
  name: GATE,
  title: 'Structure',
  group: 'meta',
  blocking: (message) => `Structure: ${message}`,
  check(input) {
    const findings = [title(input), summary(input), vocabulary(input)].filter((finding) => finding !== null);
    if (findings.length === 0) return { gate: GATE, status: 'pass', message: 'Valid Structure', findings };
    return { gate: GATE, status: 'fail', message: findings.map(({ message }) => message).join(' | '), findings };
  },
};

/** The title is the first H1; a summary may be an H1 too, and is none. */
function title({ lesson }: GateInput): Finding | null {
  const first = lesson.headings.find((heading) => heading.level === 1);
  if (first !== undefined && first.text !== '' && !SUMMARY.test(plainHeading(first))) return null;
  return missing("Missing title ('# …')", "Begin the lesson with its title as an H1: '# Title'.");
}

function summary({ lesson }: GateInput): Finding | null {
  if (hasSection(lesson.headings, SUMMARY)) return null;
  return missing("Missing summary section ('# Підсумок')", "Add a section '# Підсумок' that sums the lesson up.");
}

function vocabulary({ lesson, text }: GateInput): Finding | null {
  if (text.files.vocabulary !== null || hasSection(lesson.headings, VOCABULARY)) return null;
  const hint = "Write the vocabulary file of the module, or add a section '## Vocabulary' to the lesson.";
  return missing("Missing '## Vocabulary' header OR vocabulary sidecar", hint);
}

function hasSection(headings: readonly Heading[], name: RegExp): boolean {
  return headings.some((heading) => heading.level <= 2 && name.test(plainHeading(heading)));
}

function missing(message: string, hint: string): Finding {
  return { gate: GATE, severity: 'error', message, file: 'lesson', hint };
}
