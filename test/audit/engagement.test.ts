import { describe, expect, test } from 'vitest';
import { gateOf, moduleText } from './texts.ts';

const engagement = (lesson: string): string => gateOf('engagement', moduleText({ lesson })).message;

describe('callouts that engage', () => {
  test.each([
    ['an emoji of the list', '> 💡 **Чи знали ви?**', 1],
    ['an emoji with a variation mark', '> 🗣️ **Прислів’я**', 1],
    ['the flag', '> 🇺🇦 **Культура**', 1],
    ['without a blank', '>🎯 Ціль', 1],
    ['types of the list', '> [!tip] а\n\n> [!history-bite] б\n\n>[!Myth-Buster]', 3],
    ['a callout with both counts by its lines', '> [!note]\n> 💡 так', 2],
    ['types that are not of the list', '> [!observe]\n> [!example]\n> [!solution]\n> [!resources]', 0],
    ['emoji that are not of the list', '> ✅ так\n> 📜 так\n> 🛡️ так', 0],
    ['an emoji behind words', '> так 💡', 0],
    ['an emoji without a quote', '💡 так', 0],
    ['in a comment', '<!-- > 💡 -->', 0],
  ])('%s', (_, lesson, count) => {
    expect(engagement(lesson)).toBe(`${count}/5`);
  });

  test('too few fail, and the hint says how many to add', () => {
    const gate = gateOf('engagement', moduleText({ lesson: '> 💡 а\n\n> 💡 б' }));
    expect(gate.status).toBe('fail');
    expect(gate.findings[0]?.hint).toContain('at least 3 callouts');
  });

  test('enough pass, and a level without a target only informs', () => {
    expect(gateOf('engagement', moduleText({ lesson: '> 💡 а\n'.repeat(5) })).status).toBe('pass');
    expect(gateOf('engagement', moduleText({ lesson: '> 💡 а' }, { track: 'c2' }))).toMatchObject({
      status: 'info',
      message: '1 callouts',
    });
  });
});
