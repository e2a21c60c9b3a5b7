import type { Finding } from '../domain/audit.ts';
import type { Gate } from './gate.ts';
import type { RichnessScore } from './richness.ts';
import type { RichnessCount } from './richness-profiles.ts';

const GATE = 'richness';

/** Below that there is more to write than to mend. */
const REWRITE = 50;

/** What to do about a count that is low. */
const HINTS: Readonly<Record<RichnessCount, string>> = {
  examples: 'Add list items with an example in italics or quotes.',
  engagement: 'Add callouts such as "> 💡 **Чи знали ви?**".',
  dialogues: 'Add dialogues of turns such as "**Оля:** …".',
  variety: 'Begin sentences that follow one another with different words.',
  cultural: 'Add lines on Ukrainian culture, customs or places.',
  realworld: 'Add situations of everyday life.',
  visual: 'Add tables, images or callouts.',
  paragraph_var: 'Let short and long paragraphs take turns.',
  questions: 'Ask the reader questions.',
  proverbs: 'Add a proverb (прислів’я).',
  primary_sources: 'Quote sources of the time: "> [!quote] …".',
  timeline_markers: 'Name years and centuries: 988 рік, XI століття.',
  decolonization: 'Say what imperial myths tell, and what is true.',
  quotes: 'Quote the person in « », a sentence or more.',
  legacy: 'Tell what is left: спадщина, пам’ять, вплив.',
};

/** Whether the lesson is as rich as its level asks, by weighted counts: `99% (history)`. */
export const richnessGate: Gate = {
  name: GATE,
  title: 'Richness',
  group: 'lesson',
  check({ richness, profile }) {
    if (richness === null || profile.richness === null)
      return { gate: GATE, status: 'info', message: 'N/A (not asked of this level)', findings: [] };
    const { profile: name, min } = profile.richness;
    const { rows, percent } = richness;
    const shown = `${Math.floor(percent)}%`;
    if (percent >= min) return { gate: GATE, status: 'pass', message: `${shown} (${name})`, findings: [] };
    const findings = rows
      .filter(({ share }) => share < 1)
      .sort((a, b) => b.weight * (1 - b.share) - a.weight * (1 - a.share))
      .map(rowFinding);
    const rewrite = percent < REWRITE ? ' - REWRITE needed' : '';
    return { gate: GATE, status: 'fail', message: `${shown} < ${min}% min (${name})${rewrite}`, findings };
  },
};

function rowFinding({ count, value, target, share, weight }: RichnessScore): Finding {
  const counted = target === null ? value.toFixed(2) : `${value} of ${target}`;
  const costs = (weight * (1 - share)).toFixed(1);
  const message = `${count}: ${counted}, which costs ${costs}%`;
  return { gate: GATE, severity: 'error', message, file: 'lesson', hint: HINTS[count] };
}
