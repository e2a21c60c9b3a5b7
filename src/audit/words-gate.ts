import type { GateStatus } from '../domain/audit.ts';
import type { Gate } from './gate.ts';

const GATE = 'words';

/** Words that a lesson may fall short of its target without failing. */
const TOLERANCE = 100;

/** Whether the lesson has its words: `2837/1500 (raw: 3463)`. */
export const wordsGate: Gate = {
  name: GATE,
  title: 'Words',
  group: 'lesson',
  check({ lesson, profile }) {
    const { words, rawWords } = lesson;
    const short = profile.words - words;
    const status: GateStatus = short <= 0 ? 'pass' : short <= TOLERANCE ? 'warn' : 'fail';
    const message = `${words}/${profile.words} (${status === 'warn' ? `${short} short` : `raw: ${rawWords}`})`;
    if (status === 'pass') return { gate: GATE, status, message, findings: [] };
    const finding = {
      gate: GATE,
      severity: status === 'warn' ? 'warning' : 'error',
      message: `${words} words of ${profile.words}: ${short} short`,
      file: 'lesson',
      hint:
        `Add at least ${short} words of explanation, examples or dialogue to the lesson. ` +
        'Headings, tables, images, comments and text under an Activities heading do not count.',
    } as const;
    return { gate: GATE, status, message, findings: [finding] };
  },
};
