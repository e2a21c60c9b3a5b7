import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { auditWhole } from '../../src/audit/audit.ts';
import { reportText } from '../../src/audit/report-file.ts';
import { isStale, statusFile, statusText, type SourceTimes, type StatusFile } from '../../src/audit/status-file.ts';
import type { ModuleText } from '../../src/domain/module.ts';
import { noReal, REAL } from '../helpers/workspaces.ts';
import { goodModule, moduleText, TABLE } from './texts.ts';

const TIME = '2026-01-27T15:33:45.469715Z';
const SOURCES: SourceTimes = { md: TIME, meta: TIME, activities: null, vocabulary: TIME, plan: null };

function status(text: ModuleText, review: string | null = null, verification?: unknown): StatusFile {
  const whole = auditWhole(text, review, { ...TABLE, wordTarget: 'plan' });
  const run = { at: new Date(0), durationMs: 12.4, sources: SOURCES, verification };
  return statusFile({ stem: text.ref.slug, track: text.ref.track, ...whole, ...run });
}

describe('a status file', () => {
  test('of a module that passes', () => {
    expect(status(goodModule())).toEqual({
      module: '20-module',
      level: 'B1',
      plan_version: '1.0',
      last_audit: '1970-01-01T00:00:00.000Z',
      audit_duration_ms: 12,
      source_mtimes: SOURCES,
      gates: {
        meta: { status: 'pass', violations: 0, message: 'Valid Structure' },
        lesson: { status: 'pass', violations: 0, message: '1648/1500 (raw: 1670)' },
        activities: { status: 'pass', violations: 0, message: '8/8' },
        vocabulary: { status: 'pass', violations: 0, message: '25/25' },
        naturalness: { status: 'pass', violations: 0, message: '9/10 (High)' },
      },
      overall: { status: 'pass', blocking_issues: [], pass_count: 5, fail_count: 0 },
    });
  });

  test('joins what fails behind the first, and counts a warning neither way', () => {
    const { gates, overall } = status(moduleText({ lesson: '# Назва\n\nwords in English' }, { track: 'c1-bio' }));
    expect(gates.lesson).toMatchObject({ status: 'fail', violations: 4 });
    expect(gates.lesson?.message).toMatch(
      /^3\/4000 \(raw: 5\) \| engagement: 0\/5 \| immersion: 0\.0% LOW \(.*\) \| richness: \d+% < 95% min \(biography\)/,
    );
    expect(gates.activities).toEqual({
      status: 'fail',
      violations: 4,
      message: '0/3 | density: 0 < 1 | unique_types: 0/3 types | priority: No priority types',
    });
    expect(gates.vocabulary).toEqual({ status: 'warn', violations: 0, message: '0 < 24 (soft target)' });
    expect(overall).toEqual({
      status: 'fail',
      blocking_issues: [
        "Structure: Missing summary section ('# Підсумок') | Missing '## Vocabulary' header OR vocabulary sidecar",
        'Missing required activity types: critical-analysis, reading',
      ],
      pass_count: 0,
      fail_count: 4,
    });
  });

  test('tells of the review where there is one, and keeps the mark of a person', () => {
    const file = status(goodModule(), 'no review at all', { tier: 'gold-standard', score: 10 });
    expect(file.gates.review).toMatchObject({ status: 'fail' });
    expect(Object.keys(file.gates)).toEqual(['meta', 'lesson', 'activities', 'vocabulary', 'naturalness', 'review']);
    expect(file.verification).toEqual({ tier: 'gold-standard', score: 10 });
    expect(file.overall.status).toBe('fail');
  });

  test('has two blanks of indent and no newline at its end', () => {
    const text = statusText(status(goodModule()));
    expect(text.startsWith('{\n  "module": "20-module",\n  "level"')).toBe(true);
    expect(text.endsWith('}')).toBe(true);
  });

  test.skipIf(noReal !== undefined)(`has the keys of a real one, in their order (${noReal ?? 'real'})`, () => {
    const file = join(REAL, 'curriculum/l2-uk-en/b2-hist/status/syntez-vytoky-1.json');
    expect(existsSync(file)).toBe(true);
    const real = readFileSync(file, 'utf8');
    const ours = status(goodModule());
    expect(statusText(JSON.parse(real) as StatusFile)).toBe(real);
    expect(Object.keys(ours)).toEqual(Object.keys(JSON.parse(real) as object));
    expect(isStale(JSON.parse(real), { ...(JSON.parse(real) as StatusFile).source_mtimes })).toBe(false);
  });
});

describe('a status is stale', () => {
  const known = { source_mtimes: SOURCES };

  test.each<[string, unknown, SourceTimes, boolean]>([
    ['with the same times', known, SOURCES, false],
    ['with a source that is older now', known, { ...SOURCES, md: '2025-01-01T00:00:00.000000Z' }, false],
    ['with a newer source', known, { ...SOURCES, md: '2026-01-27T15:33:46.000000Z' }, true],
    ['with a source that is gone', known, { ...SOURCES, meta: null }, true],
    ['with a new source', known, { ...SOURCES, plan: TIME }, true],
    ['without times', { overall: {} }, SOURCES, true],
    ['that is none', 'text', SOURCES, true],
    ['with times that are none', { source_mtimes: { ...SOURCES, md: 7 } }, SOURCES, true],
  ])('%s: %#', (_, status_, sources, stale) => {
    expect(isStale(status_, sources)).toBe(stale);
  });
});

describe('the report of an audit', () => {
  const report = (text: ModuleText): string =>
    reportText({ ref: text.ref, stem: text.ref.slug, ...auditWhole(text, null, TABLE), at: new Date(0) });

  test('has its parts', () => {
    const text = report(goodModule());
    expect(text.split('\n').filter((line) => line.startsWith('#'))).toEqual([
      '# Audit Report: M20 — 20-module.md',
      '## Configuration',
      '## Activity Breakdown',
      '## Gates',
      '## Richness Details',
      '### Score Breakdown',
      '## Section Audit',
    ]);
    expect(text).toContain('**Overall Status:** ✅ PASS\n**Generated:** 1970-01-01 00:00:00\n');
    expect(text).toContain('- **Immersion:** 🇺🇦 100.0% (target 90-100% (B1))');
    expect(text).toContain('| 6 | match-up | Пари | 8 | 8 | ✅ |');
    expect(text.endsWith('|')).toBe(true);
  });

  test('names findings with place and hint, each on a line of its own', () => {
    const text = report(moduleText({ lesson: '# Назва | два\n\nнoс\n' }));
    expect(text).toContain(
      '- ⚠️ **[LINT]** lesson line 3 column 1: The word "нoс" mixes Latin and Ukrainian letters\n  - FIX: ',
    );
    expect(text).toContain('| **Назва \\| два** |');
  });

  test('shows no words of a section that reads like an activity, though they count', () => {
    const text = report(moduleText({ lesson: '# Cloze\n\nраз два\n\n## Practice Reading\n\nтри\n\n## Тест\n\nтак\n' }));
    expect(text.slice(text.indexOf('## Section Audit')).split('\n').slice(4)).toEqual([
      '| **Cloze** | ⚪️ | 2 | Skipped |',
      '| **Practice Reading** | ⚪️ | 0 | Skipped (using YAML) |',
      '| **Тест** | ⚪️ | 1 | Skipped |',
    ]);
    expect(text).toContain('- **Words:** ❌ 4/1500');
  });
});
