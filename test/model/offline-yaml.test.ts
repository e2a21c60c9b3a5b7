import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument, type Scalar } from 'yaml';
import { dropDuplicateKey } from '../../src/model/offline/yaml/duplicate-key.ts';
import {
  appendScalar,
  applyEdits,
  keyAt,
  openYaml,
  removeEntries,
  replaceNode,
  scalarAt,
  sequenceAt,
  sourceOf,
  yamlScalar,
} from '../../src/model/offline/yaml/edit.ts';
import { LINE_REPAIRS } from '../../src/model/offline/yaml/line-repairs.ts';
import { asMapping, asSequence, readActivities, readMapping, readYaml } from '../../src/model/offline/yaml/read.ts';
import { repairYaml } from '../../src/model/offline/yaml/repair.ts';

test.each([
  ['a colon in a value', 'title: Вид: система\nlevel: B1\n', "title: 'Вид: система'\nlevel: B1\n"],
  ['a colon in a list item', 'a:\n- b: c: d\n- e\n', "a:\n- b: 'c: d'\n- e\n"],
  ['no space after a colon', 'module:06\nlevel: B1\n', 'module: 06\nlevel: B1\n'],
  ['no space after a dash', '-type: quiz\n  title: x\n', '- type: quiz\n  title: x\n'],
  ['a tab', '- type: quiz\n\ttitle: x\n', '- type: quiz\n  title: x\n'],
  ['an indent that is off by one', 'meta:\n  a: 1\n   b: 2\n', 'meta:\n  a: 1\n  b: 2\n'],
  ['quotes within quotes', 'a: "Він "так" каже"\n', 'a: \'Він "так" каже\'\n'],
  ['quotes that end too early', 'a: "Так" каже\n', 'a: \'"Так" каже\'\n'],
  ['a quote that is never closed', 'a: "Так\nb: 1\n', "a: 'Так'\nb: 1\n"],
  ['an apostrophe in single quotes', "a: 'м'яч'\n", "a: 'м''яч'\n"],
  ['a reserved sign', 'a: @тут\nb: *зірка*\n', "a: '@тут'\nb: '*зірка*'\n"],
  ['a key twice with one value', 'a: 1\nb:\n  c: 2\nb:\n  c: 2\n', 'a: 1\nb:\n  c: 2\n'],
  ['a key twice, the last of which counts', 'a: 1\nb: 2\na: 3\n', 'b: 2\na: 3\n'],
  ['a key twice behind a dash', '- a: 1\n  b: 2\n  a: 3\n', '- a: 3\n  b: 2\n'],
  ['several slips', '# c\ntitle: a: b   \nx:1\ny: "z" w\n', "# c\ntitle: 'a: b'\nx: 1\ny: '\"z\" w'\n"],
])('YAML with %s is made to parse', (_, broken, wanted) => {
  expect(readYaml(broken).ok).toBe(false);
  const repaired = repairYaml(broken);
  expect(repaired?.text).toBe(wanted);
  expect(readYaml(wanted).ok).toBe(true);
});

test('YAML that parses, or that no repair makes parse, gives null', () => {
  expect(repairYaml('a: 1\n')).toBeNull();
  expect(repairYaml('a: 1\n- b\n')).toBeNull();
  expect(repairYaml('a:\n  b: 1\na:\n  b: 2\n')).toBeNull();
});

test('a repair says where, what and how; all other lines stay byte for byte', () => {
  const text = '# comment   \na:   1  # one\nt: x: y\nz: [ 1,2 ]\n';
  expect(repairYaml(text)).toEqual({
    text: text.replace('t: x: y', "t: 'x: y'"),
    repairs: [{ line: 2, original: 't: x: y', remedy: 'quote the value' }],
  });
});

test('repairs never throw, and what they give parses', () => {
  const line = fc.constantFrom(
    'a: b: c',
    '- x:1',
    '\ty: 2',
    'q: "r" s',
    'a: 1',
    '  b: 2',
    '- c',
    'text',
    '',
    '# d',
    "e: 'f",
    '{',
    'g: [h',
    'a: &i',
    '---',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof({ weight: 5, arbitrary: line }, fc.string()), { maxLength: 10 }), (lines) => {
      const repaired = repairYaml(lines.join('\n'));
      if (repaired === null) return;
      expect(readYaml(repaired.text).ok).toBe(true);
      expect(parseDocument(repaired.text).errors).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('a text that is broken on every line is given up in bounded time', () => {
  const started = performance.now();
  expect(repairYaml(Array.from({ length: 3000 }, (_, index) => `k${index}: a: b`).join('\n'))).toBeNull();
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('each line repair leaves a line alone that it has nothing to do with', () => {
  for (const { mend } of LINE_REPAIRS) {
    for (const line of [
      '',
      'key: value',
      '- item',
      "- 'a: b'",
      'url: https://a.b/c',
      'https://a.b',
      'text without a key: yes',
    ]) {
      const mended = mend(line, line);
      expect([null, "key: 'value'", "- 'item'", "url: 'https://a.b/c'"]).toContain(mended);
    }
  }
});

test('of two equal keys one goes only where that loses nothing that counts', () => {
  const drop = (text: string, second: number): string | null =>
    dropDuplicateKey(text.split('\n'), second)?.join('\n') ?? null;
  expect(drop('a: 1\nb: 2\na: 1', 2)).toBe('a: 1\nb: 2');
  expect(drop('a:\n- 1\n- 2\nb: 2\na:\n- 1\n- 2', 4)).toBe('a:\n- 1\n- 2\nb: 2');
  expect(drop('a:\n- 1\nb: 2\na:\n- 3', 3)).toBeNull();
  expect(drop('a: 1\nb: 2', 1)).toBeNull();
  expect(drop('x:\n  a: 1\ny:\n  a: 2', 3)).toBeNull();
  expect(drop('- a: 1\n- a: 2', 1)).toBeNull();
  expect(drop('text', 0)).toBeNull();
});

const LIST = '# head\nitems:   # all\n- a: 1\n\n# on b\n- b: 2  # two\n  c:\n  - 3\n-\n  d: 4\n- e: 5';

test('entries are removed with their lines, and comments, blanks and other entries stay', () => {
  const list = sequenceAt(parseDocument(LIST), ['items']);
  if (list === undefined) throw new Error('no list');
  const remove = (...indexes: number[]): string => applyEdits(LIST, removeEntries(LIST, list, indexes) ?? []);
  expect(remove(1)).toBe('# head\nitems:   # all\n- a: 1\n\n# on b\n-\n  d: 4\n- e: 5');
  expect(remove(2)).toBe(LIST.replace('-\n  d: 4\n', ''));
  expect(remove(0, 3)).toBe('# head\nitems:   # all\n\n# on b\n- b: 2  # two\n  c:\n  - 3\n-\n  d: 4\n');
  expect(removeEntries(LIST, list, [0, 1, 2, 3])).toBeNull();
});

test('a flow list is not cut by lines', () => {
  const list = sequenceAt(parseDocument('a: [1, 2]'), ['a']);
  expect(list && removeEntries('a: [1, 2]', list, [0])).toBeNull();
});

test('removing any entries leaves exactly the lines of the others', () => {
  const entry = fc.record({
    k: fc.integer(),
    text: fc.constantFrom("'a: b'", '|\n    long\n    text', '"x"  # note', '[1, 2]'),
  });
  fc.assert(
    fc.property(fc.array(entry, { minLength: 2, maxLength: 6 }), fc.nat(), (entries, at) => {
      const parts = entries.map(({ k, text }) => `- k: ${k}\n  t: ${text}\n`);
      const whole = `items:\n${parts.join('')}`;
      const index = at % parts.length;
      const list = sequenceAt(parseDocument(whole), ['items']);
      const edits = list === undefined ? null : removeEntries(whole, list, [index]);
      expect(edits === null ? null : applyEdits(whole, edits)).toBe(`items:\n${parts.toSpliced(index, 1).join('')}`);
    }),
  );
});

test('scalars are found, replaced and appended in the form of their list', () => {
  const text = "answer: 'a'  # x\nblock:\n  - p\n  - q # last\nflow: [ r, s ]\nnone: []\n";
  const document = parseDocument(text);
  const answer = scalarAt(document, ['answer']) as Scalar;
  expect(sourceOf(text, answer)).toBe("'a'");
  expect(sourceOf(text, { range: null })).toBe('');
  const edits = [
    replaceNode(answer, 'b'),
    ...['block', 'flow'].map((key) => {
      const list = sequenceAt(document, [key]);
      return list === undefined ? null : appendScalar(text, list, 'new');
    }),
  ].filter((edit) => edit !== null);
  expect(applyEdits(text, edits)).toBe(
    'answer: b  # x\nblock:\n  - p\n  - q # last\n  - new\nflow: [ r, s, new ]\nnone: []\n',
  );
  const none = sequenceAt(document, ['none']);
  expect(none && appendScalar(text, none, 'new')).toBeNull();
  expect(sequenceAt(document, ['answer'])).toBeUndefined();
  expect(scalarAt(document, ['flow'])).toBeUndefined();
  expect(keyAt(document, [], 'flow')?.value).toBe('flow');
  expect(keyAt(document, [], 'absent')).toBeUndefined();
  expect(openYaml('a: b: c')).toBeNull();
});

test('a text becomes a scalar that reads back as itself', () => {
  expect(yamlScalar('kitchen')).toBe('kitchen');
  expect(yamlScalar('to be: a "thing"')).toBe('\'to be: a "thing"\'');
  fc.assert(
    fc.property(
      fc.stringMatching(/^[\p{L}\p{N} ,;:#'"()/-]{1,20}$/u).filter((text) => text.trim() === text),
      (text) => {
        expect(readMapping(`a: ${yamlScalar(text)}`)['a']).toBe(text);
      },
    ),
  );
});

test('reading gives empty values where a file is absent, broken or something else', () => {
  expect(readMapping(undefined)).toEqual({});
  expect(readMapping('- a')).toEqual({});
  expect(readMapping('a: b: c')).toEqual({});
  expect(asMapping(null)).toEqual({});
  expect(asSequence('a')).toEqual([]);
  expect(readActivities('- type: quiz\n- text')).toEqual({ entries: [{ type: 'quiz' }, {}], path: [] });
  expect(readActivities('activities:\n- type: quiz')).toEqual({ entries: [{ type: 'quiz' }], path: ['activities'] });
  expect(readActivities('a: b: c').entries).toEqual([]);
  expect(readYaml('d: 2026-01-27')).toEqual({ ok: true, value: { d: '2026-01-27' } });
  expect(readYaml('a: 1\nb: c: d')).toMatchObject({ ok: false, line: 1 });
});
