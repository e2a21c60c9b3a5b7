import { dump } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { similarity } from '../../src/audit/similarity.ts';
import type { GateResult } from '../../src/domain/audit.ts';
import { gateOf, moduleText, words } from './texts.ts';

interface Wanted {
  readonly section: string;
  readonly words?: number;
  readonly points?: readonly string[];
}

const outline = (lesson: string, plan: readonly Wanted[], meta: readonly Wanted[] = []): GateResult =>
  gateOf(
    'outline',
    moduleText({
      lesson,
      plan: dump({ content_outline: plan }),
      ...(meta.length === 0 ? {} : { meta: dump({ content_outline: meta }) }),
    }),
  );

const told = ({ findings }: GateResult): string[] => findings.map(({ severity, message }) => `${severity}: ${message}`);

describe('how alike two names are', () => {
  test.each([
    ['abcd', 'bcde', 0.75],
    ['життєпис', 'пояснення', 0.235294],
    ['огляд періоду', 'огляд епохи', 0.666667],
    ['первинні джерела', 'джерела первинні', 0.5],
    ['aspect terms вид дієслова', 'the aspect terms', 0.585366],
    ['діалоги', 'діалог 1', 0.8],
    ['qabxcd', 'abycdf', 0.666667],
    ['private thread currentthread', 'private volatile thread currentthread', 0.861538],
    ['', '', 1],
  ])('%s and %s as difflib has it: %f', (a, b, expected) => {
    expect(similarity(a, b)).toBeCloseTo(expected, 5);
  });
});

describe('the outline gate', () => {
  test('only informs without an outline, or with one that is none', () => {
    expect(gateOf('outline', moduleText({ lesson: '# Назва' }))).toMatchObject({
      status: 'info',
      message: 'No outline',
    });
    const plan = 'content_outline: {section: Вступ}';
    expect(gateOf('outline', moduleText({ lesson: '# Назва', plan })).status).toBe('info');
  });

  test('passes sections by their names without subtitle, marks and linking words', () => {
    const lesson =
      '# Назва\n## 🎯 Огляд періоду: Цивілізаційний шлях\n## Суспільство й культура\n# Спадщина — і сьогодні';
    const plan = [{ section: 'Огляд періоду' }, { section: 'Суспільство та Культура' }, { section: 'Спадщина' }];
    expect(outline(lesson, plan)).toMatchObject({ status: 'pass', message: '3 sections as outlined', findings: [] });
  });

  test('fails for missing sections, and the hint has their words and points', () => {
    const result = outline('# Назва\n## Тест', [{ section: 'Життєпис', words: 600, points: ['дитинство', 'праця'] }]);
    expect(result).toMatchObject({ status: 'fail', message: '1 Outline Compliance Errors' });
    expect(told(result)).toEqual([
      'error: Section «Життєпис» of the outline is missing',
      'warning: Section «Тест» is not in the outline',
    ]);
    expect(result.findings[0]?.hint).toBe("Add the section '## Життєпис' with about 600 words on: дитинство; праця.");
    expect(result.findings[1]).toMatchObject({ file: 'lesson', line: 2 });
  });

  test('the title is no section, and an H3 neither', () => {
    const result = outline('# Життєпис\n### Життєпис', [{ section: 'Життєпис' }]);
    expect(told(result)).toEqual(['error: Section «Життєпис» of the outline is missing']);
  });

  test.each([
    'Підсумок',
    'Summary and Practice',
    'Словник епохи',
    'Вправи',
    'Практика',
    'Ресурси',
    'Потрібно більше практики?',
    'Need More Practice?',
  ])('does not mind whether there is a section %s', (section) => {
    expect(outline('# Назва', [{ section, words: 500 }]).status).toBe('pass');
    expect(told(outline(`# Назва\n## ${section}\n## Вступ`, [{ section: 'Вступ' }]))).toEqual([]);
  });

  test.each(['Підсумкове есе', 'Первинні джерела'])('minds a section %s, whose name only begins so', (section) => {
    expect(outline('# Назва', [{ section }]).status).toBe('fail');
  });

  const lesson = (first: number, second: number): string =>
    `# Назва\n## Вступ\n${text(first)}\n## Спадщина\n${text(second)}\n`;
  const text = (count: number): string => Array.from({ length: count }, () => 'слово').join(', ');
  const plan = [
    { section: 'Вступ', words: 100 },
    { section: 'Спадщина', words: 100 },
  ];

  test.each([
    [91, 100, []],
    [90, 100, ['warning: Section «Вступ» has 90 words of 100 (10% short)']],
    [81, 100, ['warning: Section «Вступ» has 81 words of 100 (19% short)']],
    [80, 100, ['error: Section «Вступ» has 80 words of 100 (20% short)']],
    [80, 119, ['error: Section «Вступ» has 80 words of 100 (20% short)']],
    [80, 120, []],
  ])('with %i and %i words of 100 each tells %j', (first, second, expected) => {
    expect(told(outline(lesson(first, second), plan))).toEqual(expected);
  });

  test('only warns where nothing is an error', () => {
    expect(outline(lesson(85, 100), plan)).toMatchObject({ status: 'warn', message: '1 outline warning' });
  });

  test('counts tables and quotes, and no lines of callout types', () => {
    const rows = `| ${text(50)} |\n> ${text(50)}\n> [!note] ${text(50)}`;
    expect(told(outline(`# Назва\n## Вступ\n${rows}`, [{ section: 'Вступ', words: 200 }]))).toEqual([
      'error: Section «Вступ» has 100 words of 200 (50% short)',
    ]);
  });

  test('goes by the outline of the meta before that of the plan', () => {
    const result = outline('# Назва\n## Вступ', [{ section: 'Життєпис' }], [{ section: 'Вступ' }]);
    expect(result.status).toBe('pass');
  });

  test('gives each section of the lesson to one of the outline, the most alike first', () => {
    const result = outline('# Назва\n## Діалог 2', [{ section: 'Діалог 1' }, { section: 'Діалог 2' }]);
    expect(told(result)).toEqual(['error: Section «Діалог 1» of the outline is missing']);
  });

  test('is soon done with thousands of sections and entries', () => {
    const started = performance.now();
    const many = Array.from({ length: 20_000 }, (_, index) => `## ${words(12)} ${index}`).join('\n');
    const result = outline(
      `# Назва\n${many}`,
      Array.from({ length: 5000 }, (_, index) => ({ section: `${words(12)} й ${index}` })),
    );
    expect(result.findings.length).toBeLessThanOrEqual(40);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
