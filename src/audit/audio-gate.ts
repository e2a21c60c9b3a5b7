import type { Gate } from './gate.ts';

const GATE = 'audio';

const AUDIO = /<audio\b|\.(?:mp3|ogg|wav|m4a)\b|🔊|🎧/giu;

/** Tells whether the lesson can be listened to; informs only. */
export const audioGate: Gate = {
  name: GATE,
  title: 'Audio',
  group: null,
  aside: true,
  check({ lesson }) {
    let count = 0;
    for (const { text } of lesson.lines) count += text.match(AUDIO)?.length ?? 0;
    return { gate: GATE, status: 'info', message: count === 0 ? 'No audio' : `${count} audio`, findings: [] };
  },
};
