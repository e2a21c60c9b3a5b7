import { describe, expect, test } from 'vitest';
import { immersionPercent } from '../../src/audit/immersion-gate.ts';
import { gateOf, moduleText } from './texts.ts';

describe('the immersion gate', () => {
  const lesson = (ukrainian: number, english: number): string => `${'ї'.repeat(ukrainian)}\n\n${'w'.repeat(english)}\n`;

  test.each([
    ['b1', 8, 926, 74, 'pass', '92.6% (target 85-100% (B1.1 Aspect))'],
    ['b1', 20, 89, 11, 'fail', '89.0% LOW (target 90-100% (B1))'],
    ['c1-bio', 104, 43, 957, 'fail', '4.3% LOW (target 95-100% (biography))'],
    ['b2-hist', 9, 90, 10, 'pass', '90.0% (target 90-100% (history))'],
    ['a1', 8, 36, 64, 'fail', '36.0% HIGH (target 15-35% (A1 M08-09))'],
    ['a1', 12, 36, 64, 'pass', '36.0% (target 25-40% (A1 M11-12))'],
    ['a1', 20, 36, 64, 'info', '36.0%'],
    ['b1', 2, 36, 64, 'info', '36.0%'],
  ])('%s %i with %i Ukrainian and %i English letters: %s', (track, number, ukrainian, english, status, message) => {
    const gate = gateOf('immersion', moduleText({ lesson: lesson(ukrainian, english) }, { track, number }));
    expect(gate).toMatchObject({ status, message });
  });

  test('names the lines that have most of the English', () => {
    const text = `так\n\nEnglish words here\n\nслово one\n\nmuch more of English words here`;
    const [finding] = gateOf('immersion', moduleText({ lesson: text })).findings;
    expect(finding).toMatchObject({ severity: 'error', file: 'lesson', line: 3 });
    expect(finding?.hint).toContain('lines 3, 5, 7');
  });

  test('a lesson without letters has none', () => {
    expect(gateOf('immersion', moduleText({ lesson: '1, 2, 3' })).message).toContain('0.0% LOW');
  });

  test.each([
    [249, 151, 62.2],
    [251, 149, 62.8],
    [1, 7, 12.5],
    [2, 1, 66.7],
    [1, 0, 100],
  ])('%i of %i more are %f percent, halves to the even digit', (cyrillic, latin, percent) => {
    expect(immersionPercent({ cyrillic, latin })).toBe(percent);
  });
});
