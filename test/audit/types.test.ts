import { dump } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import type { AuditOptions } from '../../src/audit/audit.ts';
import type { GateResult } from '../../src/domain/audit.ts';
import { gateOf, moduleText, TABLE } from './texts.ts';

const of = (
  gate: string,
  types: readonly string[],
  hints: readonly string[] = [],
  track = 'b1',
  options: AuditOptions = TABLE,
): GateResult =>
  gateOf(
    gate,
    moduleText(
      {
        activities: dump(types.map((type) => ({ type, title: 'Т' }))),
        plan: dump({ activity_hints: hints.map((type) => ({ type, focus: 'Т' })) }),
      },
      { track },
    ),
    options,
  );

describe('priority types', () => {
  test('one of the level is enough', () => {
    expect(of('priority', ['quiz', 'cloze'])).toMatchObject({ status: 'pass', message: 'Priority types used' });
  });

  test('none fails, and the hint names them', () => {
    const gate = of('priority', ['quiz', 'reading']);
    expect(gate).toMatchObject({ status: 'fail', message: 'No priority types' });
    expect(gate.findings[0]?.hint).toContain('error-correction, fill-in, unjumble, cloze');
    expect(of('priority', []).status).toBe('fail');
  });

  test.each([
    ['a1', 'anagram'],
    ['b2-hist', 'comparative-study'],
    ['c1-bio', 'quiz'],
  ])('of %s: %s', (track, type) => {
    expect(of('priority', [type], [], track).status).toBe('pass');
  });

  test('a level without any only informs, and no activities are fine where none are needed', () => {
    expect(of('priority', ['quiz'], [], 'c1').status).toBe('info');
    const options = { ...TABLE, overrides: { b1: { 'activities-min': 0 } } };
    expect(of('priority', [], [], 'b1', options).status).toBe('pass');
  });
});

describe('required types', () => {
  test('are those that the plan hints at', () => {
    const hints = ['quiz', 'fill-in', 'quiz', 'cloze'];
    expect(of('required-types', ['quiz', 'fill-in', 'cloze'], hints)).toMatchObject({
      status: 'pass',
      message: '3/3 (cloze, fill-in, quiz)',
    });
    const gate = of('required-types', ['fill-in'], hints);
    expect(gate).toMatchObject({ status: 'fail', message: 'Missing required activity types: cloze, quiz' });
  });

  test('of the seminar tracks are only the hints that are priority types too', () => {
    expect(of('required-types', ['reading'], ['reading', 'match-up', 'quiz'], 'b2-hist').message).toBe('1/1 (reading)');
  });

  test('are those of the level where the plan hints at none', () => {
    expect(of('required-types', [], [], 'c1-bio').message).toBe(
      'Missing required activity types: critical-analysis, reading',
    );
    expect(of('required-types', [], [], 'b1')).toMatchObject({ status: 'info', message: 'No required types' });
  });

  test('of the settings win over the plan', () => {
    const options = { ...TABLE, overrides: { b1: { 'required-types': ['anagram'] } } };
    expect(of('required-types', ['quiz'], ['quiz'], 'b1', options).message).toBe(
      'Missing required activity types: anagram',
    );
  });
});
