import pc from 'picocolors';
import prettyMs from 'pretty-ms';
import { visibleLine } from '../domain/visible.ts';
import { cutText, padText, textWidth } from '../views/width.ts';
import type { Progress } from './progress.ts';

/** Least modules that must have ended before an ETA is more than a guess. */
const ETA_AFTER = 2;

const short = (ms: number): string => prettyMs(Math.max(0, ms), { secondsDecimalDigits: 0, unitCount: 2 });

/** `12/40 modules, 8 running, 1m 5s, about 2m left`. */
export function totalsLine(progress: Progress, total: number, now: number): string {
  const { ended, running, startedAt } = progress;
  const elapsed = startedAt === null ? 0 : now - Date.parse(startedAt);
  const left = (elapsed / Math.max(1, ended.size)) * (total - ended.size);
  const eta = ended.size >= ETA_AFTER && ended.size < total ? `, about ${short(left)} left` : '';
  return `${ended.size}/${total} modules, ${running.size} running, ${short(elapsed)}${eta}`;
}

/** Counts by outcome, `3 FIXED, 1 MISSING`. */
export function outcomesLine(progress: Progress): string {
  const counts = new Map<string, number>();
  for (const outcome of progress.ended.values()) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

/**
 * The live picture: totals, then a line a running module with step, score and time in the step. The colours are ours; all
 * else is made visible, since it is drawn past the boundary of src/io.ts.
 */
export function liveView(
  progress: Progress,
  total: number,
  now: number,
  size: { columns: number; rows: number },
): string {
  const modules = [...progress.running.values()];
  const shown = modules.slice(0, Math.max(1, size.rows));
  const cut = (text: string): string => cutText(visibleLine(text), size.columns - 1);
  const width = Math.max(...shown.map(({ key }) => textWidth(visibleLine(key))), 0);
  const lines = shown.map(({ key, event, score, since, text }) => {
    const time = short(now - Date.parse(since)).padStart(6);
    const name = padText(visibleLine(key), width);
    return cut(`  ${name}  ${event.padEnd(10)} ${(score ?? '').padStart(4)} ${time}  ${text}`);
  });
  const hidden = modules.length - shown.length;
  const more = hidden > 0 ? [pc.dim(`  … and ${hidden} more`)] : [];
  const standing = progress.standing === null ? '' : pc.yellow(cut(progress.standing));
  return [pc.bold(cut(totalsLine(progress, total, now))), cut(outcomesLine(progress)), standing, ...lines, ...more]
    .filter((line) => line !== '')
    .join('\n');
}
