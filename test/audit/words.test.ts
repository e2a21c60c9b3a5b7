import { describe, expect, test } from 'vitest';
import type { AuditOptions } from '../../src/audit/audit.ts';
import { gateOf, moduleText, TABLE, words } from './texts.ts';

const PLAN: AuditOptions = { overrides: {}, wordTarget: 'plan' };
const lesson = (count: number): string => `# Назва\n\n${words(count)}\n`;

describe('the words gate', () => {
  test('passes a lesson that has its words, and tells both counts', () => {
    expect(gateOf('words', moduleText({ lesson: lesson(1500) }))).toEqual({
      gate: 'words',
      status: 'pass',
      message: '1500/1500 (raw: 1502)',
      findings: [],
    });
  });

  test('warns where at most 100 are short', () => {
    const gate = gateOf('words', moduleText({ lesson: lesson(1400) }));
    expect(gate).toMatchObject({ status: 'warn', message: '1400/1500 (100 short)' });
    expect(gate.findings).toMatchObject([{ severity: 'warning', file: 'lesson' }]);
  });

  test('fails where 101 are short, and the hint says how many to add', () => {
    const gate = gateOf('words', moduleText({ lesson: lesson(1399) }));
    expect(gate).toMatchObject({ status: 'fail', message: '1399/1500 (raw: 1401)' });
    expect(gate.findings[0]).toMatchObject({ severity: 'error', message: '1399 words of 1500: 101 short' });
    expect(gate.findings[0]?.hint).toContain('at least 101 words');
  });
});

describe('the word target', () => {
  const target = (files: { meta?: string; plan?: string }, options: AuditOptions): string =>
    gateOf('words', moduleText({ lesson: '', ...files }), options).message.split(' ')[0] ?? '';

  test('is that of the meta, else of the plan, else of the table', () => {
    expect(target({ meta: 'word_target: 4300', plan: 'word_target: 3000' }, PLAN)).toBe('0/4300');
    expect(target({ meta: 'level: B1', plan: 'word_target: 3000' }, PLAN)).toBe('0/3000');
    expect(target({}, PLAN)).toBe('0/1500');
  });

  test('is always that of the table where the settings say so', () => {
    expect(target({ meta: 'word_target: 4300', plan: 'word_target: 3000' }, TABLE)).toBe('0/1500');
  });

  test('of the table may be set by the workspace, and the plan still goes first', () => {
    const overrides = { b1: { words: 900 } };
    expect(target({ plan: 'word_target: 3000' }, { overrides, wordTarget: 'table' })).toBe('0/900');
    expect(target({ plan: 'word_target: 3000' }, { overrides, wordTarget: 'plan' })).toBe('0/3000');
    expect(target({ plan: 'level: B1' }, { overrides, wordTarget: 'plan' })).toBe('0/900');
  });

  test.each(['0', '-5', '3000 words', '1.5', '[]', '2026-01-01', 'null', '.nan'])(
    'of a plan that says %s is none',
    (value) => {
      expect(target({ plan: `word_target: ${value}` }, PLAN)).toBe('0/1500');
    },
  );

  test('of a plan may be quoted', () => {
    expect(target({ plan: "word_target: '3000'" }, PLAN)).toBe('0/3000');
  });

  test('of a plan that does not parse is that of the table', () => {
    expect(target({ plan: 'word_target: 3000\n: [' }, PLAN)).toBe('0/1500');
  });
});
