import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { readYaml } from '../../src/yaml/read-yaml.ts';
import { noReal, REAL, SAMPLE } from '../helpers/workspaces.ts';
import { gateOf, moduleText } from './texts.ts';

describe('the yaml gate', () => {
  test('passes files that parse, and absent ones', () => {
    const text = moduleText({ meta: 'module: x', activities: '- type: quiz', vocabulary: '---\nitems: []' });
    expect(gateOf('yaml', text)).toEqual({ gate: 'yaml', status: 'pass', message: 'Valid YAML', findings: [] });
  });

  test('names file, line and column of what does not parse', () => {
    const activities = '- type: quiz\n  title: Тест: перший\n  items: []\n';
    const gate = gateOf('yaml', moduleText({ activities }));
    expect(gate.status).toBe('fail');
    expect(gate.findings[0]).toMatchObject({ severity: 'error', file: 'activities', line: 2, column: 10 });
    expect(gate.findings[0]?.message).toMatch(/^activities line 2, column 10: /);
    expect(gate.findings[0]?.hint).toContain('line 2, column 10');
  });

  test('names the place of a key that stands twice, and the file is still read', () => {
    const vocabulary = 'module: x\nitems:\n- lemma: так\n  translation: yes\n  lemma: ні\n';
    const text = moduleText({ vocabulary });
    expect(gateOf('yaml', text).findings).toMatchObject([{ file: 'vocabulary', line: 5, column: 3 }]);
    expect(gateOf('vocabulary', text).message).toBe('1 < 25 (soft target)');
  });

  test('fails on activities that are not a list', () => {
    const gate = gateOf('yaml', moduleText({ activities: 'quiz: yes' }));
    expect(gate).toMatchObject({ status: 'fail', message: 'activities is not a list' });
  });

  test('takes activities that are the list of a mapping', () => {
    const text = moduleText({ activities: 'module: x\nactivities:\n- type: quiz\n' });
    expect(gateOf('yaml', text).status).toBe('pass');
    expect(gateOf('activities', text).message).toBe('1/8');
  });

  test('fails on a vocabulary without a list of items', () => {
    expect(gateOf('yaml', moduleText({ vocabulary: 'module: x' })).status).toBe('fail');
  });

  test('minds no vocabulary that has no items yet: how many there are is a soft target', () => {
    const text = moduleText({ vocabulary: 'module: x\nitems:\n' });
    expect(gateOf('yaml', text).status).toBe('pass');
    expect(gateOf('vocabulary', text)).toMatchObject({ status: 'warn', message: '0 < 25 (soft target)' });
  });

  test('warns of an empty file', () => {
    expect(gateOf('yaml', moduleText({ meta: '' }))).toMatchObject({ status: 'warn', message: 'meta is empty' });
  });

  test('only warns of a plan, which no fix may change', () => {
    const gate = gateOf('yaml', moduleText({ plan: 'a: [' }));
    expect(gate.status).toBe('warn');
    expect(gate.findings[0]?.hint).toContain('A person');
  });

  test('tells of several files at once', () => {
    const gate = gateOf('yaml', moduleText({ meta: 'a: b: c', activities: '{' }));
    expect(new Set(gate.findings.map((finding) => finding.file))).toEqual(new Set(['meta', 'activities']));
    expect(gate.message).toMatch(/\(and \d+ more\)$/);
  });

  test('keeps the problems of one file few', () => {
    const activities = Array.from({ length: 500 }, (_, index) => `k: "${index}`).join('\n');
    expect(gateOf('yaml', moduleText({ activities })).findings.length).toBeLessThanOrEqual(6);
  });
});

describe('reading YAML', () => {
  test('leaves dates the texts that they are', () => {
    expect(readYaml('a: 2026-01-27').value).toEqual({ a: '2026-01-27' });
  });

  test('reads merge keys', () => {
    expect(readYaml('- &a {x: 1}\n- <<: *a\n  y: 2').value).toEqual([{ x: 1 }, { x: 1, y: 2 }]);
  });

  test.each([
    ['a null byte', 'a: \0b'],
    ['control characters', 'a: \u0001'],
    ['an unknown tag', 'a: !!python/object:os.system x'],
    ['a tab as indent', 'a:\n\t- b'],
    ['an unknown alias', 'a: *nowhere'],
    ['two documents', 'a: 1\n---\nb: 2'],
    ['nothing but brackets', '['.repeat(100_000)],
  ])('of %s tells a problem and does not throw', (_, text) => {
    const reading = readYaml(text);
    expect(reading.readable).toBe(false);
    expect(reading.problems.length).toBeGreaterThan(0);
  });

  test.each([
    ['brackets', (depth: number) => '['.repeat(depth) + ']'.repeat(depth)],
    ['lists', (depth: number) => `${'- '.repeat(depth)}x`],
    ['mappings', (depth: number) => Array.from({ length: depth }, (_, level) => `${' '.repeat(level)}a:`).join('\n')],
    ['explicit keys', (depth: number) => `${'? '.repeat(depth)}x`],
  ])('nested in %s is refused beyond a depth, before the stack ends', (_, nested) => {
    expect(readYaml(nested(90)).problems).toEqual([]);
    const deep = nested(2000);
    expect(readYaml(deep).problems).toEqual([
      { message: 'nested more than 100 levels deep', line: null, column: null },
    ]);
    // An error in front of it, at which the quick parser stops early, does not let the other one run into it.
    expect(readYaml(`"open: x\n${deep}`).readable).toBe(false);
    expect(readYaml(`a: b: c\n${nested(20_000)}`).readable).toBe(false);
  });

  test('of a long text with an error tells its place', () => {
    const { problems } = readYaml(`${'- слово\n'.repeat(300_000)}- "open`);
    expect(problems[0]?.line).toBe(300_001);
  });

  test('does not let a key reach the prototype', () => {
    readYaml('__proto__: {polluted: yes}\nconstructor: {prototype: {polluted: yes}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

/** YAML files of a curriculum, at any depth. */
function yamlFiles(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => join(folder, file));
}

describe.each([
  ['the sample', SAMPLE, undefined],
  ['the real modules', REAL, noReal],
])('both parsers over %s', (_, folder, missing) => {
  test.skipIf(missing !== undefined)(
    `read the same values, and fail for the same files (${missing ?? 'there'})`,
    () => {
      const files = yamlFiles(folder);
      expect(files.length).toBeGreaterThan(20);
      for (const file of files) {
        const text = readFileSync(file, 'utf8');
        const document = parseDocument(text, { merge: true, logLevel: 'silent' });
        const reading = readYaml(text);
        expect({ file, fails: reading.problems.length > 0 }).toEqual({ file, fails: document.errors.length > 0 });
        if (document.errors.length === 0) expect(reading.value).toEqual(document.toJS());
      }
    },
  );
});
