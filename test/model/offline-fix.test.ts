import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { applyLineEnds, checkFix, isUnchanged } from '../../src/domain/guards.ts';
import type { FixableKind, ModuleText } from '../../src/domain/module.ts';
import { parseFixReply } from '../../src/domain/reply.ts';
import { askOffline, CLEAN, moduleText, promptFor, withSlips } from './offline-module.ts';

type Fix = Extract<ReturnType<typeof parseFixReply>, { ok: true }>;

async function fix(text: ModuleText, tries: readonly string[] = []): Promise<Fix> {
  const parsed = parseFixReply(await askOffline('fix', promptFor('fix', text, { tries })));
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed;
}

/** The checks that a reply says it mended. */
const mended = ({ changes }: Fix): readonly string[] => [
  ...new Set([...(changes ?? '').matchAll(/\(([a-z-]+)\)$/gm)].map((match) => match[1] ?? '')),
];

const guards = (base: ModuleText, { blocks }: Fix): readonly string[] =>
  checkFix({
    base,
    blocks,
    yamlError: (_, text) => parseDocument(text).errors[0]?.message ?? null,
  });

test('a module with nothing to mend is left as it is, and the reply says so', async () => {
  const reply = await fix(moduleText());
  expect(reply).toEqual({ ok: true, blocks: {}, changes: 'Nothing was changed: no rule can mend what is left.' });
  expect(isUnchanged(moduleText(), reply.blocks)).toBe(true);
});

test('only files that change are given, whole, and they pass the guards', async () => {
  const base = withSlips('lesson', ['## Кімнати', '##Кімнати']);
  const reply = await fix(base);
  expect(reply.blocks).toEqual({ lesson: CLEAN.lesson.trimEnd() });
  expect(reply.changes).toBe('- lesson line 7: put a space after the number signs (heading-space)');
  expect(guards(base, reply)).toEqual([]);
});

const MANY = withSlips(
  'lesson',
  ['# Мій дім\n\n', ''],
  ['## Кімнати', '##Кімнати'],
  ['## Підсумок\n\nВи знаєте назви кімнат.\n\n', ''],
  ['Опишіть свою кімнату.\n', ''],
  ['**Порада**', '**Порада'],
  ['велика.', 'велика велика. '],
);

test('a share of the checks is mended in a round, four at most and in their order, and the rest in later ones', async () => {
  const first = await fix(MANY);
  expect(mended(first)).toEqual(['heading-space', 'title', 'summary', 'more-practice']);
  const next = moduleText({ lesson: applyLineEnds(MANY.files.lesson, first.blocks.lesson ?? '') });
  const second = await fix(next);
  expect(mended(second)).toEqual(['callouts', 'doubled-words']);
  const third = moduleText({ lesson: applyLineEnds(next.files.lesson, second.blocks.lesson ?? '') });
  expect(mended(await fix(third))).toEqual(['trailing-space']);
});

test('each further try on the same files mends less, and then another check, so that a bad mend is left out', async () => {
  const rounds = await Promise.all(
    [0, 1, 2, 3, 4].map(async (count) => mended(await fix(MANY, Array<string>(count).fill('no better')))),
  );
  expect(rounds).toEqual([
    ['heading-space', 'title', 'summary', 'more-practice'],
    ['heading-space', 'title'],
    ['heading-space'],
    ['title'],
    // Without the mended heading there is no section to sum up.
    ['more-practice'],
  ]);
});

test('YAML is edited in place: comments, quotes and untouched lines stay byte for byte', async () => {
  const activities = CLEAN.activities.replace('answer: стіл', 'answer: Стіл!');
  const base = moduleText({ activities });
  const reply = await fix(base);
  expect(applyLineEnds(activities, reply.blocks.activities ?? '')).toBe(CLEAN.activities);
});

test('a file with CRLF comes back mended and is written with CRLF', async () => {
  const crlf = (text: string): string => text.replaceAll('\n', '\r\n');
  const base = moduleText({ lesson: crlf(CLEAN.lesson.replace('## Кімнати', '##Кімнати')) });
  const reply = await fix(base);
  expect(applyLineEnds(base.files.lesson, reply.blocks.lesson ?? '')).toBe(crlf(CLEAN.lesson));
});

test('a file that can be mended in part only, so that it would not parse, is left out of the reply', async () => {
  const reply = await fix(
    moduleText({ vocabulary: 'module: a: b\n- x\n', lesson: CLEAN.lesson.replace('велика.', 'велика. ') }),
  );
  expect(Object.keys(reply.blocks)).toEqual(['lesson']);
});

test('a mend that would cut a file under what the guards allow is not made', async () => {
  const long = 'Українці люблять затишок, тому в кожній кімнаті є квіти, книжки та фотографії.'.repeat(10);
  const base = moduleText({
    lesson: `# Мій дім\n\n${long}\n\n${long}\n\n${long}\n\n## Підсумок\n\nа\n\n## Need More Practice?\n\nб\n`,
  });
  expect((await fix(base)).blocks).toEqual({});
});

test('the long list of changes of one check is cut', async () => {
  const reply = await fix(moduleText({ lesson: `${CLEAN.lesson}${'рядок. \n'.repeat(9)}` }));
  expect(reply.changes?.split('\n')).toHaveLength(6);
  expect(reply.changes).toContain('- and 4 more of trailing-space');
});

test('whatever the files, a fix is read, and passes the guards or changes nothing', async () => {
  const line = fc.constantFrom(
    '# A',
    '## B',
    '##C',
    'слово слово',
    '> **x',
    '',
    'a  ',
    '- type: quiz',
    '  title: x: y',
    'items:',
    '- lemma: дім',
    'module: x',
    'key:v',
    "  translation: ''",
  );
  const text = fc.array(line, { minLength: 1, maxLength: 12 }).map((lines) => `${lines.join('\n')}\n`);
  const kinds: readonly FixableKind[] = ['lesson', 'activities', 'vocabulary', 'meta'];
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom(...kinds), async (content, kind) => {
      const base = moduleText({ [kind]: content });
      const reply = await fix(base);
      expect(isUnchanged(base, reply.blocks) ? [] : guards(base, reply)).toEqual([]);
    }),
    { numRuns: 150 },
  );
});
