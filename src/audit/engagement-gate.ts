import { engagementCount } from './engagement.ts';
import type { Gate } from './gate.ts';

const GATE = 'engagement';

/** Whether the lesson has callouts enough that engage: `8/5`. */
export const engagementGate: Gate = {
  name: GATE,
  title: 'Engagement',
  group: 'lesson',
  check({ lesson, profile }) {
    const count = engagementCount(lesson.lines);
    const wanted = profile.engagement;
    if (wanted === null) return { gate: GATE, status: 'info', message: `${count} callouts`, findings: [] };
    const message = `${count}/${wanted}`;
    if (count >= wanted) return { gate: GATE, status: 'pass', message, findings: [] };
    const finding = {
      gate: GATE,
      severity: 'error',
      message: `${count} of ${wanted} callouts that engage`,
      file: 'lesson',
      hint:
        `Add at least ${wanted - count} callouts such as "> 💡 **Чи знали ви?**", "> 🌍 **У реальному житті**" or ` +
        '"> [!cultural] Title"; those of the types example, info, solution, observe, model-answer and resources do not count.',
    } as const;
    return { gate: GATE, status: 'fail', message, findings: [finding] };
  },
};
