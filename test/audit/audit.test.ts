import fc from 'fast-check';
import { dump, load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { auditModule, auditWhole } from '../../src/audit/audit.ts';
import type { GateModes } from '../../src/audit/gate-modes.ts';
import { GATES } from '../../src/audit/gates.ts';
import { readLesson } from '../../src/audit/lesson.ts';
import { failingGates } from '../../src/domain/audit.ts';
import { FILE_KINDS, type FileKind, type ModuleText } from '../../src/domain/module.ts';
import { goodModule, moduleText, words } from './texts.ts';

/** Gates of the loop of fix-review. */
const LOOP = GATES.filter(({ aside }) => aside === undefined).map(({ name }) => name);

const PLAN = { overrides: {}, wordTarget: 'plan' } as const;

/** Bytes of any kind as they come from disk: not UTF-8 becomes U+FFFD. */
const anyBytes = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes).toString('utf8'));
/** Bits of the formats in any order: closer to what breaks a parser than bytes are. */
const fragments = [
  '# §## Підсумок§\n§\r\n§---\n§<!--§-->§| §> [!answer]§![§](x)§слово §\uFEFF§\uFFFD§{1}§{а|б}',
  '- type: quiz\n§  items:\n§  - §key: §"§\'§{§}§[§]§&a §*a§<<: *a\n§!!binary §\t§? §: §|\n§>-\n',
  '- &a [*a]\n§word_target: 1\n§\0§\uD800§%YAML 1.1\n§...\n§__proto__: ',
].flatMap((list) => list.split('§'));
const mixed = fc.array(fc.constantFrom(...fragments), { maxLength: 40 }).map((parts) => parts.join(''));
const anyYaml = fc.anything({ maxDepth: 4, withNullPrototype: false }).map(dumped);
const anyText = fc.option(fc.oneof(anyBytes, mixed, anyYaml), { nil: null });

function dumped(value: unknown): string {
  return dump(value, { skipInvalid: true });
}

const anyModule: fc.Arbitrary<ModuleText> = fc
  .record(Object.fromEntries(FILE_KINDS.map((kind) => [kind, anyText])) as Record<FileKind, typeof anyText>)
  .map((files) => ({ ref: { track: 'b1', slug: '20-module', number: 20 }, files }));

const TYPES = [
  'quiz',
  'select',
  'cloze',
  'group-sort',
  'match-up',
  'reading',
  'true-false',
  'unjumble',
  'mark-the-words',
  'fill-in',
  'error-correction',
  'anagram',
];
const KEYS = [
  'title',
  'items',
  'pairs',
  'groups',
  'passage',
  'blanks',
  'text',
  'tasks',
  'options',
  'correct',
  'question',
  'answer',
  'sentence',
  'error',
  'toString',
  'valueOf',
];
const { value: anyValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom('', 'слово', '*так* {а|б}', 0, true, false, null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...KEYS), tie('value'), { maxKeys: 4, noNullPrototype: true }),
  ),
}));
const anyActivities = fc.array(
  fc
    .tuple(fc.constantFrom(...TYPES), fc.dictionary(fc.constantFrom(...KEYS), anyValue, { noNullPrototype: true }))
    .map(([type, fields]): object => ({ type, ...fields })),
  { maxLength: 6 },
);

/** Sidecars with the keys that the audit reads, in any order and with values of any kind. */
const anySidecar = fc.dictionary(
  fc.constantFrom('level', 'word_target', 'module_type', 'focus', 'items', 'naturalness', 'content_outline', 'version'),
  fc.oneof(
    fc.constantFrom('B1', 'C1-BIO', 'checkpoint', 1200, '900'),
    fc.array(fc.dictionary(fc.constantFrom('lemma', 'translation', 'pos'), fc.constantFrom('', 'так'))),
  ),
  { minKeys: 2, noNullPrototype: true },
);

describe('the audit of any module whatever', () => {
  test('gives a report of every gate, the same each time, and does not throw', () => {
    fc.assert(
      fc.property(anyModule, (text) => {
        const report = auditModule(text, PLAN);
        expect(report.gates.map(({ gate }) => gate)).toEqual(LOOP);
        expect(auditModule(structuredClone(text), PLAN)).toEqual(report);
        for (const { findings, message, status } of report.gates) {
          expect(message).not.toMatch(/undefined|NaN|\[object/);
          if (status === 'pass') expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
          for (const { hint } of findings) expect(hint).toMatch(/\w/);
        }
      }),
      { numRuns: 400 },
    );
  });

  test('changes nothing that it is given', () => {
    fc.assert(
      fc.property(anyModule, (text) => {
        const before = structuredClone(text);
        auditModule(Object.freeze({ ...text, files: Object.freeze(text.files) }), PLAN);
        expect(text).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });

  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(anyActivities, (activities) => {
        const audit = (value: unknown): unknown => auditModule(moduleText({ activities: dumped(value) }), PLAN);
        expect(audit(reversed(activities))).toEqual(audit(activities));
      }),
      { numRuns: 300 },
    );
  });

  test.each(['meta', 'plan', 'vocabulary'] as const)('does not depend on the order of keys in the %s', (kind) => {
    fc.assert(
      fc.property(anySidecar, (sidecar) => {
        const audit = (value: unknown): unknown => auditModule(moduleText({ [kind]: dumped(value) }), PLAN);
        expect(audit(reversed(sidecar))).toEqual(audit(sidecar));
      }),
    );
  });

  test('holds for names and overrides of any kind', () => {
    const name = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'b1', 'b2-hist'));
    const ref = fc.record({ track: name, slug: name, number: fc.integer() });
    const overrides = fc.dictionary(name, fc.record({ words: fc.nat(), vocabulary: fc.nat() }, { requiredKeys: [] }));
    fc.assert(
      fc.property(ref, overrides, (anyRef, anyOverrides) => {
        const options = { overrides: anyOverrides, wordTarget: 'table' } as const;
        const report = auditModule(moduleText({ lesson: '# Назва' }, anyRef), options);
        expect(report.gates.map(({ gate }) => gate)).toEqual(LOOP);
        expect(auditModule(moduleText({ lesson: '# Назва' }, anyRef), options)).toEqual(report);
      }),
    );
  });

  test('counts no fewer words with a section more', () => {
    fc.assert(
      fc.property(fc.oneof(anyBytes, mixed), fc.integer({ min: 1, max: 30 }), (lesson, count) => {
        const longer = `${lesson}\n\n## Новий розділ\n\n${words(count)}\n`;
        expect(readLesson(longer).words).toBeGreaterThanOrEqual(readLesson(lesson).words);
        expect(readLesson(longer).rawWords).toBeGreaterThanOrEqual(readLesson(lesson).rawWords + count);
      }),
      { numRuns: 500 },
    );
  });

  test('counts at most the raw words', () => {
    fc.assert(
      fc.property(fc.oneof(anyBytes, mixed), (lesson) => {
        const { words: counted, rawWords } = readLesson(lesson.replace(/<!--|-->|!\[/g, ' '));
        expect(counted).toBeLessThanOrEqual(rawWords);
      }),
    );
  });

  test.each(FILE_KINDS)('is soon done with a huge or nasty %s', (kind) => {
    const nasty = [
      '\uFFFD'.repeat(1_000_000),
      '\0'.repeat(1_000_000),
      '- '.repeat(50_000),
      '{'.repeat(50_000),
      'a: '.repeat(50_000),
      `${'- type: quiz\n'.repeat(30_000)}: [`,
      aliases(),
    ];
    const started = performance.now();
    for (const text of nasty) expect(auditModule(moduleText({ [kind]: text }), PLAN).passed).toBe(false);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

test('a module that has everything passes every gate', () => {
  const text = goodModule();
  const report = auditModule(text, PLAN);
  expect(report.gates.filter(({ status }) => status !== 'pass')).toEqual([]);
  expect(report.gates.flatMap(({ findings }) => findings)).toEqual([]);
  expect(report.passed).toBe(true);
  const worse = auditModule({ ...text, files: { ...text.files, lesson: '# Назва' } }, PLAN);
  expect(failingGates(worse)).toEqual(['structure', 'words', 'outline', 'engagement', 'immersion', 'richness']);
});

describe('the whole audit', () => {
  test('has the gates of the loop with the same results, and those aside', () => {
    fc.assert(
      fc.property(anyModule, anyText, (text, review) => {
        const { report, facts } = auditWhole(text, review, PLAN);
        expect(report.gates.map(({ gate }) => gate)).toEqual(GATES.map(({ name }) => name));
        expect(report.gates.filter(({ gate }) => LOOP.includes(gate))).toEqual(auditModule(text, PLAN).gates);
        expect(structuredClone({ report, facts })).toEqual({ report, facts });
      }),
      { numRuns: 200 },
    );
  });

  test('leaves out what a fix of the text cannot mend from the loop', () => {
    const aside = GATES.filter((gate) => gate.aside === true).map(({ name }) => name);
    expect(aside).toEqual(['naturalness', 'review', 'content-heavy', 'audio']);
  });
});

describe('the settings of a gate', () => {
  const lesson = '# Назва\n\nслово слово\n\n# Підсумок';
  const statuses = (gates: GateModes): Readonly<Record<string, string>> => {
    const report = auditModule(moduleText({ lesson, vocabulary: 'items: []' }), { ...PLAN, gates });
    return Object.fromEntries(report.gates.map(({ gate, status }) => [gate, status]));
  };

  test('let it fail where it would warn', () => {
    expect(statuses({})['lint']).toBe('warn');
    expect(statuses({ lint: 'fail' })['lint']).toBe('fail');
    const report = auditModule(moduleText({ lesson }), { ...PLAN, gates: { lint: 'fail' } });
    const lint = report.gates.find(({ gate }) => gate === 'lint');
    expect(lint?.findings.map(({ severity }) => severity)).toEqual(['error']);
  });

  test('let it warn where it would fail', () => {
    expect(statuses({})['words']).toBe('fail');
    expect(statuses({ words: 'warn' })['words']).toBe('warn');
    expect(statuses({ words: 'fail' })['words']).toBe('fail');
  });

  test('leave it out', () => {
    expect(statuses({ words: 'off' })).not.toHaveProperty('words');
    expect(Object.keys(statuses({ words: 'off' }))).toHaveLength(LOOP.length - 1);
  });
});

function repeated<T>(times: number, value: T): readonly T[] {
  return Array.from({ length: times }, () => value);
}

/** The same value with the keys of every mapping in the other order. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, inner]) => [key, reversed(inner)]),
  );
}

/** A small file that is a thousand activities of a thousand items of a thousand options each, all the same one. */
function aliases(): string {
  const list = (name: string): string => `[${repeated(1000, `*${name}`).join(', ')}]`;
  const text = `o: &o {text: '', correct: 1}\nl: &l ${list('o')}\ni: &i {question: q, options: *l}\nm: &m ${list('i')}\na: &a {type: quiz, title: t, items: *m}\nactivities: ${list('a')}\n`;
  expect(load(text)).toHaveProperty('activities');
  return text;
}
