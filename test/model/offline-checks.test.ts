import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { FileKind, FixableKind } from '../../src/domain/module.ts';
import { fileCheck, filesCheck, quoteLine, type CheckResult } from '../../src/model/offline/check.ts';
import { CHECKS } from '../../src/model/offline/checks/list.ts';
import { CLEAN } from './offline-module.ts';

function run(id: string, files: Partial<Record<FileKind, string>>): CheckResult {
  const check = CHECKS.find((candidate) => candidate.id === id);
  if (check === undefined) throw new Error(`no check ${id}`);
  return check.run({ track: 'a1', slug: '04-my-home', files: { ...CLEAN, ...files } });
}

/** The text of a file after one check, and the number of its problems. */
function mend(id: string, kind: FixableKind, text: string): { text: string; problems: number } {
  const result = run(id, { [kind]: text });
  return { text: result.mended?.[kind] ?? text, problems: result.problems.length };
}

const { lesson, activities, vocabulary } = CLEAN;

test('no check finds anything in a clean module, and ids are unique', () => {
  for (const { id } of CHECKS) expect({ id, ...run(id, {}) }).toEqual({ id, problems: [] });
  expect(new Set(CHECKS.map((check) => check.id)).size).toBe(CHECKS.length);
});

test('no check stumbles over a module without files', () => {
  for (const check of CHECKS) expect(check.run({ track: 'a1', slug: 'x', files: {} }).problems).toEqual([]);
});

/** Each check with a text in which it finds something, and what that text becomes. */
const MENDS: readonly (readonly [id: string, kind: FixableKind, broken: string, mended: string, problems: number])[] = [
  ['heading-space', 'lesson', lesson.replace('## Кімнати', '##Кімнати'), lesson, 1],
  ['title', 'lesson', lesson.replace('# Мій дім\n\n', ''), lesson, 1],
  ['title', 'lesson', `<!-- SCOPE -->\n\n${lesson.replace('# Мій дім\n\n', '')}`, `<!-- SCOPE -->\n\n${lesson}`, 1],
  [
    'title',
    'lesson',
    lesson.replace('# Мій дім\n\n', 'Вступ.\n\n# Мій дім\n\n'),
    lesson.replace('# Мій дім\n\n', '# Мій дім\n\nВступ.\n\n'),
    1,
  ],
  [
    'more-practice',
    'lesson',
    lesson.replace(/\n## Потрібно[^]*$/, ''),
    lesson.replace(
      'Опишіть свою кімнату.',
      'Виконайте ще раз вправи цього модуля: **Кімнати**, **Речення**. Потім перекажіть головне своїми словами.',
    ),
    1,
  ],
  [
    'more-practice',
    'lesson',
    lesson.replace('Опишіть свою кімнату.\n', ''),
    lesson.replace(
      'Опишіть свою кімнату.',
      'Виконайте ще раз вправи цього модуля: **Кімнати**, **Речення**. Потім перекажіть головне своїми словами.',
    ),
    1,
  ],
  [
    'summary',
    'lesson',
    lesson.replace('## Підсумок\n\nВи знаєте назви кімнат.\n\n', ''),
    lesson.replace(
      'Ви знаєте назви кімнат.',
      'У цьому модулі ви опрацювали:\n\n- **Кімнати** — У квартирі є кухня (kitchen) і спальня.',
    ),
    1,
  ],
  ['callouts', 'lesson', lesson.replace('**Порада**', '**Порада'), lesson, 1],
  [
    'callouts',
    'lesson',
    lesson.replace('> 💡 **Порада**', '> [!tip Порада'),
    lesson.replace('> 💡 **Порада**', '> [!tip] Порада'),
    1,
  ],
  [
    'code-fences',
    'lesson',
    lesson.replace('Кухня велика.', 'Кухня велика.\n\n```text\nкод'),
    lesson
      .replace('Кухня велика.', 'Кухня велика.\n\n```text\nкод')
      .replace('| стіл | table |', '| стіл | table |\n```'),
    1,
  ],
  ['doubled-headings', 'lesson', lesson.replace('## Кімнати\n', '## Кімнати\n\n## Кімнати\n'), lesson, 1],
  [
    'heading-levels',
    'lesson',
    lesson.replace('| слово', '#### Меблі\n\n| слово'),
    lesson.replace('| слово', '### Меблі\n\n| слово'),
    1,
  ],
  [
    'doubled-words',
    'lesson',
    lesson.replace('Кухня велика', 'Кухня дуже дуже велика велика'),
    lesson.replace('Кухня велика', 'Кухня дуже дуже велика'),
    1,
  ],
  ['mixed-letters', 'lesson', lesson.replace('спальня', 'cпaльня'), lesson, 1],
  [
    'mixed-quotes',
    'lesson',
    lesson.replace('Ви знаєте', 'Слово «дім», слово "стіл" і "bed". Ви знаєте'),
    lesson.replace('Ви знаєте', 'Слово «дім», слово «стіл» і "bed". Ви знаєте'),
    1,
  ],
  ['trailing-space', 'lesson', lesson.replace('велика.', 'велика. ').replace('кімнат.', 'кімнат.\t'), lesson, 2],
  [
    'blank-lines',
    'lesson',
    lesson.replace('## Підсумок', '---\n\n---\n\n\n\n## Підсумок'),
    lesson.replace('## Підсумок', '---\n\n## Підсумок'),
    4,
  ],
  ['yaml', 'vocabulary', vocabulary.replace('table', 'table: big'), vocabulary.replace('table', "'table: big'"), 1],
  ['yaml', 'activities', activities.replace('type: quiz', 'type:quiz'), activities, 1],
  ['answers', 'activities', activities.replace('answer: стіл', 'answer: Стіл.'), activities, 1],
  [
    'answers',
    'activities',
    activities.replace('answer: стіл', 'answer: вікно'),
    activities.replace('answer: стіл', 'answer: вікно').replace('ліжко]', 'ліжко, вікно]'),
    1,
  ],
  [
    'answers',
    'activities',
    activities.replace('answer: дім', 'answer: вікно'),
    activities.replace('answer: дім', 'answer: вікно').replace('    - дім\n', '    - дім\n    - вікно\n'),
    1,
  ],
  [
    'doubled-activities',
    'activities',
    `${activities}${activities.slice(activities.indexOf('- type: fill-in')).replace('  title', '  id: again\n  title')}`,
    activities,
    1,
  ],
  [
    'doubled-items',
    'activities',
    `${activities}  - sentence: Це ___.\n    answer: стіл\n    options: [стіл, дім, ліжко]\n`,
    activities,
    1,
  ],
  [
    'translate-key',
    'activities',
    `${activities}- type: translate\n  title: Т\n  items:\n  - question: 'a # b'   # q\n    options: []\n`,
    `${activities}- type: translate\n  title: Т\n  items:\n  - source: 'a # b'   # q\n    options: []\n`,
    1,
  ],
  ['doubled-vocabulary', 'vocabulary', `${vocabulary}- lemma: Кухня\n  translation: ''\n`, vocabulary, 1],
  [
    'doubled-vocabulary',
    'vocabulary',
    vocabulary.replace('# меблі', "- lemma: стіл\n  translation: ''\n# меблі"),
    vocabulary,
    1,
  ],
  [
    'glosses',
    'vocabulary',
    vocabulary.replace('translation: kitchen', "translation: ''  # ?"),
    vocabulary.replace('translation: kitchen', 'translation: kitchen  # ?'),
    1,
  ],
  [
    'glosses',
    'vocabulary',
    `${vocabulary}- lemma: ліжко\n  translation:\n`,
    `${vocabulary}- lemma: ліжко\n  translation: bed\n`,
    1,
  ],
];

test.each(MENDS)(
  '%s: what is wrong in the %s is found and mended, and the rest stays byte for byte',
  (id, kind, broken, wanted, problems) => {
    expect(mend(id, kind, broken)).toEqual({ text: wanted, problems });
    expect(mend(id, kind, wanted)).toEqual({ text: wanted, problems: 0 });
  },
);

test('every check that can mend is shown to do so, doubled paragraphs further down', () => {
  const unmendable = ['broken-characters', 'correct-option', 'doubled-paragraphs'];
  expect(
    CHECKS.map((check) => check.id)
      .filter((id) => !unmendable.includes(id))
      .sort(),
  ).toEqual([...new Set(MENDS.map(([id]) => id))].sort());
});

test.each([
  ['broken-characters', 'lesson', lesson.replace('велика', 'вели\uFFFDа')],
  ['correct-option', 'activities', activities.replace('correct: true', 'correct: false')],
  ['correct-option', 'activities', activities.replace('correct: false', 'correct: true')],
  ['answers', 'activities', activities.replace('answer: стіл', 'answer: вікно').replace('ліжко]', 'ліжко, двері]')],
  ['glosses', 'vocabulary', `${vocabulary}- lemma: вікно\n  translation: ''\n`],
  ['summary', 'lesson', '# Мій дім\n\nТекст без розділів.\n'],
  ['yaml', 'meta', 'module: a\n- b\n- c\n'],
] as const)('%s: what no rule can decide in the %s is found and left as it is', (id, kind, text) => {
  const result = run(id, { [kind]: text });
  expect(result.problems.length).toBeGreaterThan(0);
  expect(result.mended).toBeUndefined();
});

test.each([
  ['heading-space', 'lesson', lesson.replace('Кухня велика.', '#1 у списку')],
  ['trailing-space', 'lesson', lesson.replace('велика.\n', 'велика.  \nІ світла.\n')],
  ['trailing-space', 'lesson', lesson.replace('Ви знаєте назви кімнат.', '```\nкод   \n\n\n\n```')],
  ['blank-lines', 'lesson', lesson.replace('Ви знаєте назви кімнат.', '```\nкод   \n\n\n\n```')],
  ['doubled-words', 'lesson', lesson.replace('| стіл | table |', '| стіл стіл | table |')],
  ['doubled-words', 'lesson', lesson.replace('Кухня велика', 'Ні, ні. Там-там там, ось ось')],
  ['mixed-letters', 'lesson', lesson.replace('Кухня велика', 'S.T.A.L.K.E.R. /ˈkuxnʲа/ IT-шник')],
  ['mixed-quotes', 'lesson', lesson.replace('Кухня велика', 'Слово "дім" без інших лапок')],
  ['mixed-quotes', 'lesson', lesson.replace('Кухня велика', '«дім» і <a title="дім">')],
  ['doubled-headings', 'lesson', lesson.replace('## Підсумок', '### Приклад\n\nа\n\n### Приклад\n\nб\n\n## Підсумок')],
  ['doubled-paragraphs', 'lesson', lesson.replace('## Підсумок', 'Коротко.\n\nКоротко.\n\n## Підсумок')],
  ['title', 'lesson', `<!-- SCOPE\nдва рядки\n-->\n\n${lesson}`],
  ['title', 'lesson', `---\nid: x\n---\n\n${lesson}`],
  ['summary', 'lesson', lesson.replace('## Підсумок', '# Підсумки')],
  ['doubled-vocabulary', 'vocabulary', `${vocabulary}- lemma: стіл\n  translation: food (board)\n`],
  [
    'correct-option',
    'activities',
    activities.replace('type: quiz', 'type: select').replace('correct: false', 'correct: true'),
  ],
] as const)('%s: what only looks wrong in the %s is not touched', (id, kind, text) => {
  expect(mend(id, kind, text)).toEqual({ text, problems: 0 });
});

test('a long paragraph that stands twice is removed once, with its blank line', () => {
  const long = 'Українці люблять затишок, тому в кожній кімнаті є квіти, книжки та фотографії.';
  const once = lesson.replace('## Підсумок', `${long}\n\n## Підсумок`);
  const twice = lesson.replace('## Підсумок', `${long}\n\n## Підсумок\n\n${long}`);
  expect(mend('doubled-paragraphs', 'lesson', twice)).toEqual({ text: once, problems: 1 });
});

test('an English lesson gets an English section for more practice, and a title comes from the slug as a last resort', () => {
  const english = '# Home\n\n## Rooms\n\nThe kitchen is big.\n';
  expect(mend('more-practice', 'lesson', english).text).toContain(
    '## Need More Practice?\n\nDo the activities of this lesson once more: **Кімнати**',
  );
  const bare = run('title', { lesson: 'Text.\n', plan: '', meta: '' });
  expect(bare.mended?.lesson).toBe('# My home\n\nText.\n');
  const none = run('more-practice', { lesson: english, activities: 'x: 1' });
  expect(none.mended?.lesson).toContain('Read the lesson aloud');
});

test('checks are idempotent and never throw, whatever the files', () => {
  const part = fc.constantFrom(
    '# A',
    '## B',
    '#### C',
    '##D',
    '## Підсумок',
    '',
    '---',
    '```',
    '> [!note X',
    '> **x',
    'слово слово',
    'нoвий',
    '"дім" «дім»',
    'a  ',
    '- type: quiz',
    '  title: x: y',
    '  items:',
    '  - answer: a',
    '    options: [b]',
    'items:',
    '- lemma: дім',
    "  translation: ''",
    '\ttab: 1',
    'key:value',
  );
  const text = fc
    .array(fc.oneof({ weight: 4, arbitrary: part }, fc.string()), { maxLength: 12 })
    .map((lines) => `${lines.join('\n')}\n`);
  fc.assert(
    fc.property(text, text, text, (first, second, third) => {
      for (const check of CHECKS) {
        const view = { track: 'a1', slug: 'x', files: { lesson: first, activities: second, vocabulary: third } };
        const { mended } = check.run(view);
        if (mended === undefined) continue;
        const again = check.run({ ...view, files: { ...view.files, ...mended } });
        expect({ id: check.id, again: again.mended }).toEqual({ id: check.id, again: undefined });
      }
    }),
    { numRuns: 300 },
  );
});

test('a check of one file names the file, and one of several joins what it finds', () => {
  const parts = { id: 'x', title: 'X', severity: 'slip', dimensions: ['Language'] } as const;
  const found = { line: 1, original: null, remedy: 'r' };
  const view = { track: 'a1', slug: 'x', files: { meta: 'a', vocabulary: 'b' } };
  const one = fileCheck('meta', { ...parts, run: (text) => ({ text: `${text}!`, problems: [found] }) });
  expect(one.run(view)).toEqual({ problems: [{ kind: 'meta', ...found }], mended: { meta: 'a!' } });
  const both = filesCheck(['meta', 'activities', 'vocabulary'], {
    ...parts,
    run: (text) => ({ text: `${text}!`, problems: [found] }),
  });
  expect(both.run(view)).toMatchObject({
    problems: [{ kind: 'meta' }, { kind: 'vocabulary' }],
    mended: { meta: 'a!', vocabulary: 'b!' },
  });
  const unmended = filesCheck(['meta'], { ...parts, run: () => ({ text: null, problems: [found] }) });
  expect(unmended.run(view).mended).toBeUndefined();
});

test('a quoted line is folded and cut to 100 characters', () => {
  expect(quoteLine(' a\n b ')).toBe('a b');
  expect(quoteLine('x'.repeat(120))).toBe(`${'x'.repeat(99)}…`);
});
