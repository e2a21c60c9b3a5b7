import type { Finding } from '../domain/audit.ts';
import type { Gate, GateInput } from './gate.ts';
import { immersionText } from './lesson.ts';
import { scriptsOf, type Scripts } from './letters.ts';
import type { ImmersionRange } from './levels.ts';

const GATE = 'immersion';

/** Lines that are named where too little is Ukrainian. */
const MAX_LINES = 5;

/** Whether the share of Ukrainian letters is in the level's range: `92.6% (target 85-100% (B1.1 Aspect))`. */
export const immersionGate: Gate = {
  name: GATE,
  title: 'Immersion',
  group: 'lesson',
  check(input) {
    const { lesson, profile } = input;
    const percent = immersionPercent(lesson.scripts);
    const range = profile.immersion;
    const shown = `${percent.toFixed(1)}%`;
    if (range === null) return { gate: GATE, status: 'info', message: shown, findings: [] };
    const target = `(target ${range.min}-${range.max}% (${range.label}))`;
    if (percent >= range.min && percent <= range.max)
      return { gate: GATE, status: 'pass', message: `${shown} ${target}`, findings: [] };
    const low = percent < range.min;
    const findings = low ? lowFindings(input, percent, range) : [highFinding(percent, range)];
    return { gate: GATE, status: 'fail', message: `${shown} ${low ? 'LOW' : 'HIGH'} ${target}`, findings };
  },
};

/** Cyrillic letters of all, in percent with one decimal; half of the last digit goes to the even one. */
export function immersionPercent({ cyrillic, latin }: Scripts): number {
  const all = cyrillic + latin;
  const percent = all === 0 ? 0 : (100 * cyrillic) / all;
  const tenths = Math.floor(percent * 10);
  const isHalf = Number.isInteger(percent * 4) && percent * 10 - tenths === 0.5;
  return isHalf ? (tenths + (tenths % 2)) / 10 : Number(percent.toFixed(1));
}

function lowFindings({ lesson }: GateInput, percent: number, { min }: ImmersionRange): readonly Finding[] {
  const latin = lesson.lines
    .map(({ text, number }) => ({ number, letters: scriptsOf(immersionText(text) ?? '').latin }))
    .filter(({ letters }) => letters > 0)
    .sort((a, b) => b.letters - a.letters)
    .slice(0, MAX_LINES)
    .map(({ number }) => number)
    .sort((a, b) => a - b);
  const [line] = latin;
  const lines =
    latin.length === 0 ? '' : ` Most of it stands in line${latin.length > 1 ? 's' : ''} ${latin.join(', ')}.`;
  return [
    {
      gate: GATE,
      severity: 'error',
      message: `${percent.toFixed(1)}% of the letters are Ukrainian, ${min}% wanted`,
      file: 'lesson',
      ...(line === undefined ? {} : { line }),
      hint: `Write explanations and examples in Ukrainian, and turn English ones into Ukrainian.${lines}`,
    },
  ];
}

function highFinding(percent: number, { max }: ImmersionRange): Finding {
  return {
    gate: GATE,
    severity: 'error',
    message: `${percent.toFixed(1)}% of the letters are Ukrainian, at most ${max}% wanted`,
    file: 'lesson',
    hint: 'Explain more in English: learners of this level cannot read as much Ukrainian yet.',
  };
}
