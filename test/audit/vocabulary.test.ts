import { describe, expect, test } from 'vitest';
import { gateOf, moduleText } from './texts.ts';

const items = (translations: readonly string[]): string =>
  `items:\n${translations.map((translation) => `- lemma: так\n  translation: ${translation}\n`).join('')}`;
const filled = (count: number): string[] => Array.from({ length: count }, () => 'yes');

describe('the vocabulary gate', () => {
  test('passes with enough items', () => {
    expect(gateOf('vocabulary', moduleText({ vocabulary: items(filled(25)) }))).toEqual({
      gate: 'vocabulary',
      status: 'pass',
      message: '25/25',
      findings: [],
    });
  });

  test('only warns of fewer', () => {
    const gate = gateOf('vocabulary', moduleText({ vocabulary: items(filled(24)) }));
    expect(gate).toMatchObject({ status: 'warn', message: '24 < 25 (soft target)' });
    expect(gate.findings).toMatchObject([{ severity: 'warning', file: 'vocabulary' }]);
  });

  test('counts no item without a translation, and the hint tells of them', () => {
    const gate = gateOf('vocabulary', moduleText({ vocabulary: items(['yes', "''", '', '" "', 'no', '7']) }));
    expect(gate.message).toBe('3 < 25 (soft target)');
    expect(gate.findings[0]?.hint).toContain('3 of its items have none');
  });

  test('takes a bare list', () => {
    expect(gateOf('vocabulary', moduleText({ vocabulary: '- translation: yes' })).message).toContain('1 < 25');
  });

  test('warns without a file', () => {
    expect(gateOf('vocabulary', moduleText({})).message).toBe('0 < 25 (soft target)');
  });

  test('only informs where the level has no target', () => {
    const text = moduleText({ vocabulary: items(filled(3)) }, { track: 'c2' });
    expect(gateOf('vocabulary', text)).toMatchObject({ status: 'info', message: '3 items' });
  });
});
