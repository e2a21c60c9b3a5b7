import type { LessonLine } from './lesson-lines.ts';

/** Emoji that open a callout which engages. */
const EMOJI =
  '💡 ⚡ 🎬 🎭 🔗 🌍 🎁 🗣 🏠 🧭 🚌 🚇 🎟 📱 🕵 🌤 🌦 🎱 🔮 🇺🇦 🕰 ❓ 🛠 💂 🥪 🍺 🛍 🏫 🏥 💊 👵 🔬 🎨 🔄 📅 🍃 ❄ 🚂 ⏳ 📚 🍲 🥣 🥗 🥙 🥚 🥛 🧩 ⚠ 🛑 🎯 🎮'.split(
    ' ',
  );

/** Types of callout that engage: `> [!tip]`. */
const CALLOUTS = [
  'note',
  'tip',
  'warning',
  'caution',
  'important',
  'cultural',
  'history-bite',
  'myth-buster',
  'quote',
  'context',
  'analysis',
  'source',
  'legacy',
  'reflection',
];

const ENGAGING = new RegExp(`>[ \\t]*(?:${EMOJI.join('|')}|\\[!(?:${CALLOUTS.join('|')})\\])`, 'giu');

/** Callouts of a lesson that engage: curriculum format, section 3. */
export function engagementCount(lines: readonly LessonLine[]): number {
  let count = 0;
  for (const { text } of lines) if (text.includes('>')) count += text.match(ENGAGING)?.length ?? 0;
  return count;
}
