import type { Gate } from './gate.ts';
import { sidecarValue } from './sidecars.ts';
import { asList, field, isBlank } from './values.ts';

const GATE = 'vocabulary';

/** Whether there are enough vocabulary items with a translation: `25/25`. A soft target: `16 < 20 (soft target)` warns. */
export const vocabularyGate: Gate = {
  name: GATE,
  title: 'Vocab',
  group: 'vocabulary',
  check({ sidecars, profile }) {
    const value = sidecarValue(sidecars.vocabulary);
    const items = asList(value) ?? asList(field(value, 'items')) ?? [];
    const count = items.filter((item) => !isBlank(field(item, 'translation'))).length;
    const target = profile.vocabulary;
    if (target === null) return { gate: GATE, status: 'info', message: `${count} items`, findings: [] };
    if (count >= target) return { gate: GATE, status: 'pass', message: `${count}/${target}`, findings: [] };
    const untranslated = items.length - count;
    const finding = {
      gate: GATE,
      severity: 'warning',
      message: `${count} vocabulary items with a translation, ${target} wanted`,
      file: 'vocabulary',
      hint:
        `Bring the vocabulary file to ${target} items with a translation` +
        (untranslated > 0 ? `: ${untranslated} of its items have none.` : '.'),
    } as const;
    return { gate: GATE, status: 'warn', message: `${count} < ${target} (soft target)`, findings: [finding] };
  },
};
