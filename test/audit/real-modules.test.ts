import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { auditModule } from '../../src/audit/audit.ts';
import type { ModuleText } from '../../src/domain/module.ts';
import { noReal, REAL } from '../helpers/workspaces.ts';
import { TABLE } from './texts.ts';

const ROOT = join(REAL, 'curriculum/l2-uk-en');

/** Modules whose lesson is of the revision that the project's own audit judged: the README of the samples. */
const SAME_REVISION = [
  { track: 'b1', slug: '08-aspect-past-result-process', number: 8, activities: true },
  { track: 'b1', slug: '09-aspect-future', number: 9, activities: false },
  { track: 'b2-hist', slug: 'syntez-vytoky-1', number: 8, activities: true },
  { track: 'b2-hist', slug: 'oleh-ihor', number: 9, activities: true },
] as const;

function read(...path: string[]): string | null {
  const file = join(ROOT, ...path);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

function realModule(track: string, slug: string, number: number): ModuleText {
  const sidecar = (kind: string): string | null => read(track, kind, `${slug}.yaml`);
  return {
    ref: { track, slug, number },
    files: {
      lesson: read(track, `${slug}.md`),
      meta: sidecar('meta'),
      activities: sidecar('activities'),
      vocabulary: sidecar('vocabulary'),
      plan: read('plans', track, `${slug}.yaml`),
    },
  };
}

function gateMessages(text: ModuleText): Readonly<Record<string, string>> {
  return Object.fromEntries(auditModule(text, TABLE).gates.map((gate) => [gate.gate, gate.message]));
}

/** The project's own audit: messages of its status file, and lines such as `- **Density:** ✅ All > 12` of its report. */
function recorded(track: string, slug: string): { status: (gate: string) => string; report: (gate: string) => string } {
  const status = JSON.parse(read(track, 'status', `${slug}.json`) ?? '{}') as {
    gates: Record<string, { message: string }>;
  };
  // The reports of b2-hist in audit/ are older than the activities; those of the same day lie in review/.
  const report = read(track, track === 'b1' ? 'audit' : 'review', `${slug}-review.md`) ?? '';
  return {
    status: (gate) => status.gates[gate]?.message ?? '',
    report: (gate) => new RegExp(`^- \\*\\*${gate}:\\*\\* \\S+ (.*)$`, 'm').exec(report)?.[1] ?? '',
  };
}

describe.skipIf(noReal !== undefined)(`real modules (${noReal ?? 'as recorded'})`, () => {
  test.each(SAME_REVISION)(
    '$track/$slug has the words and the vocabulary that were recorded',
    ({ track, slug, number }) => {
      const messages = gateMessages(realModule(track, slug, number));
      const was = recorded(track, slug);
      expect(was.status('lesson')).toMatch(/^\d+\/\d+ \(raw: \d+\)/);
      expect(messages['words']).toBe(was.status('lesson').split(' | ')[0]);
      expect(messages['vocabulary']).toBe(was.status('vocabulary'));
      expect(messages['structure']).toBe(was.status('meta'));
    },
  );

  test.each(SAME_REVISION.filter(({ activities }) => activities))(
    '$track/$slug has the activities, density and types that were recorded',
    ({ track, slug, number }) => {
      const messages = gateMessages(realModule(track, slug, number));
      const was = recorded(track, slug);
      expect(was.report('Density')).toMatch(/^All > \d+$/);
      expect(messages['activities']).toBe(was.status('activities'));
      expect(messages['density']).toBe(was.report('Density'));
      expect(messages['unique-types']).toBe(was.report('Unique_types'));
    },
  );

  test('a failing stub has the numbers of its activities, types and vocabulary', () => {
    const messages = gateMessages(realModule('c1-bio', 'yuriy-kondratiuk', 104));
    const was = recorded('c1-bio', 'yuriy-kondratiuk');
    const { activities, density, vocabulary } = messages;
    expect(`${activities} | density: ${density} | unique_types: ${messages['unique-types']}`).toBe(
      was.status('activities').split(' | priority')[0],
    );
    expect(vocabulary).toBe(was.status('vocabulary'));
  });

  test('the older activities of b1/09 show their slips as warnings, with the entries', () => {
    const report = auditModule(realModule('b1', '09-aspect-future', 9), TABLE);
    const slips = report.gates.find((gate) => gate.gate === 'activities')?.findings ?? [];
    expect(slips.map(({ severity, message }) => `${severity}: ${message}`)).toContain(
      "warning: activity 11 (translate «Переклад — майбутній час»), entries 1, 2, 3, 4, 5, 6: 'source' is missing",
    );
  });

  test('plans that say more than the table fail a lesson that the table passes', () => {
    const text = realModule('b1', '08-aspect-past-result-process', 8);
    const failing = (wordTarget: 'plan' | 'table'): boolean =>
      auditModule(text, { ...TABLE, wordTarget }).gates.some((gate) => gate.gate === 'words' && gate.status === 'fail');
    expect([failing('plan'), failing('table')]).toEqual([true, false]);
  });
});
