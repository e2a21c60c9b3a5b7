import type { Finding } from '../domain/audit.ts';
import type { FileKind } from '../domain/module.ts';
import type { Gate, GateInput } from './gate.ts';
import type { LessonLine } from './lesson-lines.ts';
import { lintLine, lintMarks, type LintProblem } from './lint-rules.ts';

const GATE = 'lint';

const MAX_FINDINGS = 30;

/** Files that learners read. */
const SIDECARS = ['activities', 'vocabulary'] as const satisfies readonly FileKind[];

/** Whether the texts are clean: no mixed scripts in a word, doubled words, unclosed marks, broken characters. It warns. */
export const lintGate: Gate = {
  name: GATE,
  title: 'Lint',
  group: 'lesson',
  check(input) {
    const found = problemsOf(input);
    if (found.length === 0) return { gate: GATE, status: 'pass', message: 'Clean Format', findings: [] };
    const message = `${found.length} problem${found.length === 1 ? '' : 's'}`;
    return { gate: GATE, status: 'warn', message, findings: found.slice(0, MAX_FINDINGS) };
  },
};

function problemsOf({ lesson, text, mixedWords }: GateInput): readonly Finding[] {
  const found: Finding[] = [];
  const add = (file: FileKind, problems: readonly LintProblem[]): void => {
    for (const problem of problems) if (found.length <= 1000) found.push(finding(file, problem));
  };
  add('lesson', [...lesson.lines.flatMap((line) => lintLine(line, true, mixedWords)), ...lintMarks(lesson.lines)]);
  for (const kind of SIDECARS)
    add(
      kind,
      linesOf(text.files[kind]).flatMap((line) => lintLine(line, false, mixedWords)),
    );
  return found;
}

function linesOf(text: string | null): readonly LessonLine[] {
  return text === null ? [] : text.split('\n').map((line, index) => ({ text: line, number: index + 1 }));
}

function finding(file: FileKind, { message, hint, line, column }: LintProblem): Finding {
  return { gate: GATE, severity: 'warning', message, file, line, ...(column === null ? {} : { column }), hint };
}
