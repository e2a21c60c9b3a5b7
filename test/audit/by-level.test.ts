/** Modules of every level, made by the numbers of the level table (curriculum format, section 8), which stand here once more. */
import { dump } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { auditWhole } from '../../src/audit/audit.ts';
import type { ModuleText } from '../../src/domain/module.ts';
import { moduleText, TABLE, words } from './texts.ts';

interface Row {
  readonly is: string;
  readonly track: string;
  readonly number: number;
  readonly slug: string;
  readonly plan?: object;
  readonly words: number;
  readonly activities: number;
  readonly density: number;
  readonly types: number | null;
  readonly vocab: number | null;
  readonly engagement: number | null;
  /** From, and what the range is called; null where none is asked. */
  readonly immersion: readonly [number, string] | null;
  /** A type that is none of the level's priority types. */
  readonly idle?: string;
  readonly richness: string | null;
  readonly tier: number;
}

const row = (
  is: string,
  [track, number, slug, plan]: readonly [string, number, string, object?],
  [count, activities, density, types, vocab, engagement]: readonly (number | null)[],
  immersion: Row['immersion'],
  rest: Pick<Row, 'richness' | 'tier' | 'idle'>,
): Row => ({
  is,
  track,
  number,
  slug,
  ...(plan === undefined ? {} : { plan }),
  words: count ?? 0,
  activities: activities ?? 0,
  density: density ?? 0,
  types: types ?? null,
  vocab: vocab ?? null,
  engagement: engagement ?? null,
  immersion,
  ...rest,
});

const ROWS: readonly Row[] = [
  row('A1', ['a1', 3, '03-x'], [750, 8, 12, 4, 1, 3], null, { richness: null, tier: 1, idle: 'select' }),
  row('A1 M08', ['a1', 8, '08-x'], [750, 8, 12, 4, 1, 3], [15, 'A1 M08-09'], {
    richness: null,
    tier: 1,
    idle: 'cloze',
  }),
  row('A1 M12', ['a1', 12, '12-x'], [750, 8, 12, 4, 1, 3], [25, 'A1 M11-12'], {
    richness: null,
    tier: 1,
    idle: 'cloze',
  }),
  row('A1 checkpoint', ['a1', 20, '20-checkpoint-navigation'], [500, 8, 10, 4, 1, 2], null, {
    richness: null,
    tier: 1,
  }),
  row('A2', ['a2', 30, '30-x'], [1000, 10, 12, 4, 1, 4], null, { richness: null, tier: 1 }),
  row('B1 bridge', ['b1', 5, '05-x'], [1200, 12, 14, 5, 20, 4], null, { richness: 'grammar', tier: 2, idle: 'select' }),
  row('B1 grammar M06', ['b1', 6, '06-x'], [1500, 8, 12, 4, 25, 5], [85, 'B1.1 Aspect'], {
    richness: 'grammar',
    tier: 2,
    idle: 'quiz',
  }),
  row('B1 grammar', ['b1', 11, '11-x'], [1500, 8, 12, 4, 25, 5], [90, 'B1'], {
    richness: 'grammar',
    tier: 2,
    idle: 'quiz',
  }),
  row('B1 vocab', ['b1', 60, '60-x', { focus: 'vocabulary' }], [1500, 8, 12, 4, 35, 5], [90, 'B1'], {
    richness: 'grammar',
    tier: 2,
    idle: 'quiz',
  }),
  row('B1 checkpoint', ['b1', 15, '15-checkpoint-x'], [1200, 10, 12, 4, 10, 3], null, { richness: 'grammar', tier: 2 }),
  row('B2', ['b2', 1, '01-x'], [1750, 10, 14, 4, 25, 6], null, { richness: 'grammar', tier: 2 }),
  row('B2 checkpoint', ['b2', 10, '10-checkpoint-x'], [1750, 10, 14, 4, 25, 6], null, { richness: 'grammar', tier: 2 }),
  row('b2-hist', ['b2-hist', 20, 'syntez-x'], [4000, 3, 1, 2, 20, 5], [90, 'history'], {
    richness: 'history',
    tier: 3,
    idle: 'quiz',
  }),
  row('c1-hist', ['c1-hist', 1, 'x'], [4000, 3, 1, 2, 20, 5], [90, 'history'], {
    richness: 'history',
    tier: 3,
    idle: 'quiz',
  }),
  row('lit', ['lit', 1, 'x'], [4000, 3, 1, 2, 20, 5], [90, 'history'], { richness: 'history', tier: 3, idle: 'quiz' }),
  row('c1-bio', ['c1-bio', 2, 'x'], [4000, 3, 1, 3, 24, 5], [95, 'biography'], {
    richness: 'biography',
    tier: 3,
    idle: 'select',
  }),
  row('C1', ['c1', 20, 'c1-1-checkpoint'], [2000, 12, 12, 4, 25, 7], null, { richness: 'grammar', tier: 4 }),
  row('c1-pro', ['c1-pro', 1, 'x'], [2000, 12, 12, 4, 25, 7], null, { richness: 'grammar', tier: 4 }),
  row('C2', ['c2', 1, 'x'], [2000, 16, 18, null, null, null], null, { richness: 'grammar', tier: 4 }),
];

const many = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: Math.max(0, count) }, (_, index) => make(index));

/** A module that has what its row asks for, less so many of each. */
function madeBy(wanted: Row, less: number): ModuleText {
  const { track, number, slug, plan } = wanted;
  const callouts = (wanted.engagement ?? 0) - less;
  // A callout is four words: `>`, its mark, and two.
  const text = words(wanted.words - less - 4 * Math.max(0, callouts));
  const lesson = `# Назва\n\n${many(callouts, () => '> 💡 Чи знали\n').join('\n')}\n${text}\n\n| в таблиці | ні |\n`;
  const kinds = ['group-sort', 'cloze', 'reading', 'essay-response', 'quiz'].slice(0, (wanted.types ?? 2) - less);
  const activities = many(wanted.activities - less, (index) => {
    const type = kinds[index] ?? kinds[0] ?? 'quiz';
    if (type === 'group-sort')
      return { type, title: 'Т', groups: [{ name: 'а', items: many(wanted.density - less, String) }] };
    if (type === 'cloze') return { type, title: 'Т', passage: '{а|б} '.repeat(wanted.density - less) };
    return { type, title: 'Т', items: many(8, String), tasks: ['а'] };
  });
  const items = [
    ...many((wanted.vocab ?? 1) - less, (index) => ({ lemma: `слово ${index}`, translation: 'word' })),
    { lemma: 'без', translation: '' },
  ];
  const files = { lesson, activities: dump(activities), vocabulary: dump({ items }), plan: dump(plan ?? {}) };
  return moduleText(files, { track, number, slug });
}

const messages = (text: ModuleText, ...gates: readonly string[]): readonly string[] => {
  const { report } = auditWhole(text, '# Review', TABLE);
  return gates.map((name) => {
    const result = report.gates.find(({ gate }) => gate === name);
    return `${result?.status}: ${result?.message}`;
  });
};

describe.each(ROWS)('$is', (wanted) => {
  const { words: target, activities, density, types, vocab, engagement } = wanted;

  test('has what the table asks for', () => {
    const text = madeBy(wanted, 0);
    const [first, ...others] = messages(
      text,
      'words',
      'activities',
      'density',
      'unique-types',
      'vocabulary',
      'engagement',
    );
    expect(first).toMatch(new RegExp(`^pass: ${target}/${target} \\(raw: \\d+\\)$`));
    expect(others).toEqual([
      `pass: ${activities}/${activities}`,
      `pass: All > ${density}`,
      types === null ? 'info: 2 types' : `pass: ${types}/${types} types`,
      vocab === null ? 'info: 1 items' : `pass: ${vocab}/${vocab}`,
      engagement === null ? 'info: 0 callouts' : `pass: ${engagement}/${engagement}`,
    ]);
  });

  test('falls short by one of each', () => {
    const text = madeBy(wanted, 1);
    expect(messages(text, 'words', 'activities', 'unique-types', 'vocabulary', 'engagement')).toEqual([
      `warn: ${target - 1}/${target} (1 short)`,
      `fail: ${activities - 1}/${activities}`,
      types === null ? 'info: 1 types' : `fail: ${types - 1}/${types} types`,
      vocab === null ? 'info: 0 items' : `warn: ${vocab - 1} < ${vocab} (soft target)`,
      engagement === null ? 'info: 0 callouts' : `fail: ${engagement - 1}/${engagement}`,
    ]);
    expect(messages(text, 'density')[0]).toMatch(new RegExp(`^fail: ${density - 1} < ${density}`));
  });

  test('has the share of Ukrainian, the priority types, the richness and the review of its row', () => {
    const { track, number, slug, immersion, idle, richness, tier } = wanted;
    const ref = { track, number, slug };
    const english = moduleText(
      { lesson: 'word', ...(wanted.plan === undefined ? {} : { plan: dump(wanted.plan) }) },
      ref,
    );
    expect(messages(english, 'immersion')[0]).toContain(
      immersion === null ? 'info: 0.0%' : `fail: 0.0% LOW (target ${immersion[0]}-`,
    );
    if (immersion !== null) expect(messages(english, 'immersion')[0]).toContain(`(${immersion[1]}))`);
    expect(messages(english, 'richness')[0]).toMatch(richness === null ? /^info: N\/A/ : `(${richness})`);
    const activities = dump([{ type: idle ?? 'quiz', title: 'Т', items: [] }]);
    expect(messages(moduleText({ activities }, ref), 'priority')[0]).toBe(
      idle === undefined && track !== 'a1'
        ? 'info: No priority types in this level'
        : idle === undefined
          ? 'pass: Priority types used'
          : 'fail: No priority types',
    );
    const characters = { 1: 400, 2: 800, 3: 1500, 4: 800 }[tier];
    expect(messages(english, 'review')[0]).toContain(`characters of ${characters}`);
  });
});
