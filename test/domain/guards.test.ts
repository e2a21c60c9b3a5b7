import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
import { requestsOf } from '../../src/domain/asked-for.ts';
import { applyLineEnds, checkFix, isUnchanged, type FixBlocks } from '../../src/domain/guards.ts';
import { FILE_KINDS, type FileKind, type ModuleText } from '../../src/domain/module.ts';

const LESSON =
  '# Вид дієслова\n\n## Тест\n\nПрочитайте речення.\n\n## Пояснення\n\nТекст про вид.\n\n## Підсумок\n\nКінець.\n';
const META =
  "module: b1-06\nslug: 06-aspect\nlevel: B1\nversion: '1.0'\nnaturalness:\n  score: 9\n  status: PASS\nduration: 90\n";
const ACTIVITIES =
  '- type: quiz\n  title: Перше\n  items:\n  - question: a\n- type: cloze\n  title: Друге\n  passage: b\n';
const VOCABULARY = 'module: b1-06\nlevel: B1\nitems:\n- lemma: вид\n  translation: aspect\n';

function moduleText(files: Partial<Record<FileKind, string | null>> = {}): ModuleText {
  const all = { lesson: LESSON, meta: META, activities: ACTIVITIES, vocabulary: VOCABULARY, plan: null, ...files };
  return { ref: { track: 'b1', slug: '06-aspect', number: 6 }, files: all };
}

function check(blocks: FixBlocks, files: Partial<Record<FileKind, string | null>> = {}): string {
  const yamlError = (_: FileKind, text: string): string | null => parseDocument(text).errors[0]?.message ?? null;
  return checkFix({ base: moduleText(files), blocks, yamlError }).join('; ');
}

test('a fix of every file that keeps what it must is accepted', () => {
  const blocks = {
    lesson: LESSON.replace('Текст про вид.', 'Новий текст про вид.'),
    meta: META.replace('90', '95'),
    activities: `${ACTIVITIES}- type: quiz\n  title: Третє\n`,
    vocabulary: VOCABULARY.replace('aspect', 'aspect (grammar)'),
  };
  expect(check(blocks)).toBe('');
});

test('a reply that replaces nothing is refused', () => {
  expect(check({})).toBe('the reply replaces no file');
});

test('an empty file is refused, and a new one is not measured', () => {
  expect(check({ lesson: ' \n' })).toBe('lesson is empty');
  expect(check({ vocabulary: 'items: []' }, { vocabulary: null })).toBe('');
});

/** Sentences of their own for each section, so that none is found in another one. */
const sentences = (name: string, count: number): string =>
  Array.from({ length: count }, (_, index) => `Речення ${name}${index} говорить про ${name} номер ${index} тут.`).join(
    ' ',
  );
const part = (heading: string, count = 6): string => `${heading}\n\n${sentences(heading.replace(/\W*/, ''), count)}\n`;
const LONG = [
  part('# Подорож', 2),
  part('## 1. Вступ'),
  part('## Лексика'),
  part('### Слова'),
  part('## Діалог'),
  part('## Підсумок'),
];
const long = (...parts: readonly string[]): string => parts.join('\n');
const without = (...gone: readonly number[]): string => long(...LONG.filter((_, index) => !gone.includes(index)));
const body = (index: number): string => LONG[index]?.split('\n\n')[1] ?? '';

/** What may become of a lesson; the expected reason, empty where the fix is sane. */
const LESSON_CHANGES: Readonly<Record<string, readonly [string, string]>> = {
  'one section dropped': [without(2), 'lost the section "Лексика"'],
  'a subsection dropped': [without(3), 'lost the section "Слова"'],
  'two sections dropped': [without(2, 4), 'lost the sections "Лексика", "Діалог"'],
  'cut in the middle': [long(...LONG.slice(0, 3)), 'has 120 of its 249 words: text was left out'],
  'a heading kept over nothing': [long(...LONG.slice(0, 4), '## Діалог\n', LONG[5] ?? ''), 'lost the section "Діалог"'],
  'all sections shortened to a half': [
    long(part('# Подорож', 1), ...LONG.slice(1).map((text) => part(text.split('\n')[0] ?? '', 3))),
    'words: text was left out',
  ],
  'one shortened to a half': [long(...LONG.slice(0, 4), part('## Діалог', 3), LONG[5] ?? ''), ''],
  'renumbered and renamed': [
    long(...LONG)
      .replace('## 1. Вступ', '## 2) Початок')
      .replace('## Діалог', '## 🗣 Діалог')
      .replace('Підсумок', 'ПІДСУМОК:'),
    '',
  ],
  'a section written anew under another heading': [long(...LONG.slice(0, 4), part('## Розмова', 5), LONG[5] ?? ''), ''],
  'a section moved': [long(...LONG.slice(0, 2), ...LONG.slice(3), LONG[2] ?? ''), ''],
  'two sections merged': [long(...LONG.slice(0, 4), `## Діалог\n\n${body(4)} ${body(5)}\n`), ''],
  'a level changed': [long(...LONG).replace('### Слова', '## Слова'), ''],
  'other stress marks, unseen characters and decomposed letters': [
    long(...LONG)
      .normalize('NFD')
      .replace('Лексика', 'Ле\u0301кси\u00ADка'),
    '',
  ],
  'grown to three times': [long(...LONG, part('## Ще', 50)), ''],
  'grown to five times': [long(...LONG, part('## Ще', 110)), 'grew from 249 to 1020 words'],
};

test.each(Object.entries(LESSON_CHANGES))('a lesson with %s', (_, [lesson, reason]) => {
  const got = check({ lesson }, { lesson: long(...LONG) });
  if (reason === '') expect(got).toBe('');
  else expect(got).toContain(reason);
});

test('the same words in several sections are no trace of the one that is lost', () => {
  const sections = Array.from(
    { length: 20 },
    (_, index) => `## Розділ ${index}\n\n${'Те саме речення. '.repeat(20)}\n`,
  );
  const lesson = sections.join('\n');
  expect(check({ lesson: sections.slice(0, 15).join('\n') }, { lesson })).toContain('lost the sections "Розділ 15"');
  // But a section that stood there twice may go once.
  const twice = `${lesson}\n${sections[3] ?? ''}`;
  expect(check({ lesson }, { lesson: twice })).toBe('');
});

test('a heading within code is text', () => {
  const code = `${long(...LONG)}\n\`\`\`sh\n# install it first of all\nnpm install\n\`\`\`\n`;
  expect(check({ lesson: long(...LONG) }, { lesson: code })).toBe('');
});

test('a stub may grow to its word target, and what has none to a small lesson', () => {
  const grown = (count: number, wordTarget?: number): string =>
    checkFix({
      base: moduleText({ lesson: '# Тест\n\nЗаготовка.\n' }),
      blocks: { lesson: `# Тест\n\n${'слово '.repeat(count)}` },
      wordTarget,
      yamlError: () => null,
    }).join('; ');
  expect(grown(150)).toBe('');
  expect(grown(1000)).toContain('grew from 2 to 1001 words');
  expect(grown(1000, 1000)).toBe('');
});

const issue = (location: string, fix: string): string =>
  `## Critical Issues\n\n### Issue 1: Зайве\n\n- **Location**: ${location}\n- **Original**: Діалог\n- **Problem**: it repeats\n- **Fix**: ${fix}\n`;
const plan = (step: string): string => `## Summary\n\nGood.\n\n## Fix Plan\n\n1. ${step}\n`;

/** What a review says, and whether it asks for the section "Діалог" to go. */
const ASKS: readonly (readonly [string, boolean])[] = [
  [plan('Remove the section «Діалог».'), true],
  [plan('Delete "Діалог" entirely, because it repeats the lesson.'), true],
  [plan('Shorten the sections Лексика and Діалог.'), true],
  [plan('Merge Діалог into Підсумок.'), true],
  [plan('The section "Діалог" should be removed.'), true],
  [plan('Видалити розділ «Діалог».'), true],
  [plan('Розділ «Діалог» треба прибрати повністю.'), true],
  [plan('Об’єднати розділи Діалог і Підсумок.'), true],
  [issue('lesson, section "Діалог"', 'Remove the section.'), true],
  [issue('урок, розділ «Діалог»', 'Видалити його.'), true],
  [plan('Mend the section Діалог.'), false],
  [plan('Do not remove the section «Діалог».'), false],
  [plan('Не видаляйте розділ «Діалог».'), false],
  [plan('Remove the typo in Діалог.'), false],
  [plan('Remove the Діалог table.'), false],
  [plan('Діалог: remove the second line of the table.'), false],
  [plan('Remove the section Лексика.'), false],
  [plan('Remove the last sentence. Діалог is good.'), false],
  [issue('lesson, section "Діалог"', 'Remove the word дуже.'), false],
  [issue('lesson, section "Лексика"', 'Remove the section.'), false],
  ['## Summary\n\nRemove the section Діалог.\n\n## Fix Plan\n\n1. Mend it.\n', false],
];

test.each(ASKS)('where a review says %j, the section may go: %s', (review, may) => {
  const requests = requestsOf(review, null);
  const base = moduleText({ lesson: long(...LONG) });
  const reasons = checkFix({ base, blocks: { lesson: without(4) }, requests, yamlError: () => null });
  expect(reasons).toEqual(may ? [] : ['lesson lost the section "Діалог"']);
});

test('plan and person may ask for it, too; and for the whole lesson to be shorter', () => {
  const base = moduleText({ lesson: long(...LONG) });
  const shorter = long(part('# Подорож', 1), ...LONG.slice(1).map((text) => part(text.split('\n')[0] ?? '', 3)));
  const reasons = (lesson: string, requests: readonly string[]): readonly string[] =>
    checkFix({ base, blocks: { lesson }, requests, yamlError: () => null });
  expect(reasons(without(4), requestsOf('', 'notes: remove the section Діалог'))).toEqual([]);
  expect(reasons(without(4), requestsOf('', null, 'Видали Діалог, будь ласка'))).toEqual([]);
  expect(reasons(shorter, requestsOf(plan('Shorten the lesson to 80 words.'), null))).toEqual([]);
  expect(reasons(shorter, requestsOf(plan('Скоротити урок удвічі.'), null))).toEqual([]);
  expect(reasons(shorter, requestsOf(plan("Shorten the lesson's title."), null))).toHaveLength(1);
  // Of sections that are to go the words are not missed, and those of others are.
  const asked = requestsOf(plan('Remove the sections Лексика, Слова and Діалог.'), null);
  expect(reasons(without(2, 3, 4), asked)).toEqual([]);
  expect(reasons(without(2, 3, 4, 5), asked)).toEqual(['lesson lost the section "Підсумок"']);
});

const activity = (title: string, count = 8): string =>
  `- type: quiz\n  title: ${title}\n  items:\n${Array.from({ length: count }, (_, index) => `  - question: ${title} питання ${index}\n`).join('')}`;
const lemmas = (count: number): string =>
  `module: b1-06\nitems:\n${Array.from({ length: count }, (_, index) => `- lemma: слово${index}\n  translation: word${index}\n`).join('')}`;
const QUIZZES = ['Перша', 'Друга', 'Третя', 'Четверта'];
const quizzes = (...titles: readonly string[]): string => titles.map((title) => activity(title)).join('');

test.each<[string, 'activities' | 'vocabulary', string, string, string]>([
  [
    'loses an activity',
    'activities',
    quizzes(...QUIZZES),
    quizzes('Перша', 'Друга', 'Четверта'),
    'lost 1 of its 4 activities: "Третя"',
  ],
  ['replaces an activity', 'activities', quizzes(...QUIZZES), quizzes('Перша', 'Друга', 'Нова', 'Четверта'), ''],
  [
    'renames an activity',
    'activities',
    quizzes(...QUIZZES),
    quizzes(...QUIZZES).replace('title: Третя', 'title: Інша'),
    '',
  ],
  ['loses a twin of an activity', 'activities', quizzes(...QUIZZES, 'Перша'), quizzes(...QUIZZES), ''],
  ['gains an activity', 'activities', quizzes(...QUIZZES), quizzes(...QUIZZES, 'Нова'), ''],
  ['loses one word in ten', 'vocabulary', lemmas(20), lemmas(18), ''],
  ['loses half of its words', 'vocabulary', lemmas(20), lemmas(10), 'has 5'],
  ['grows to five times', 'vocabulary', lemmas(400), lemmas(2400), 'grew from'],
])('a sidecar that %s', (_, kind, old, block, reason) => {
  const got = check({ [kind]: block }, { [kind]: old });
  if (reason === '') expect(got).toBe('');
  else expect(got).toContain(reason);
});

const STRANGE = [
  '\u0000',
  '\u001b[31m',
  '\u0007',
  '\u007f',
  '\u009b',
  '\u202e',
  '\u2066',
  '\u200f',
  '\u061c',
  '\ufffd',
  '\ud800',
];

test.each(STRANGE)('the character %j is refused in every file, but where the file had it before', (character) => {
  const files = { lesson: LESSON, meta: META, activities: ACTIVITIES, vocabulary: VOCABULARY };
  const yamlError = (): null => null;
  for (const [kind, old] of Object.entries(files)) {
    const block = old.replace(/[^\n]\n$/, (end) => character + end);
    const [reason = ''] = checkFix({ base: moduleText(), blocks: { [kind]: block }, yamlError });
    expect(reason).toMatch(
      new RegExp(`^${kind} has control characters that were not there before: U\\+[0-9A-F]{4} in line \\d+$`),
    );
    expect(checkFix({ base: moduleText({ [kind]: block }), blocks: { [kind]: `${block}# x\n` }, yamlError })).toEqual(
      [],
    );
  }
});

test('tabs, line ends, joined emoji, stress marks and soft hyphens are no strange characters', () => {
  expect(check({ lesson: `${LESSON}\tза\u0301мок 👩\u200d🏫 сло\u00adво\r\n` })).toBe('');
});

test('a model’s thoughts in a file are refused, but where the file spoke of such tags before', () => {
  expect(check({ lesson: `${LESSON}\n<think>Now the end.</think>\n` })).toContain(
    'has the thoughts of the model in it',
  );
  const lesson = `${LESSON}\nТег <think> пишуть так.\n`;
  expect(check({ lesson: `${lesson}\nКінець.\n` }, { lesson })).toBe('');
});

test('line ends do not count as size', () => {
  const crlf = 'a\r\n'.repeat(100);
  expect(check({ lesson: 'a\n'.repeat(95) }, { lesson: crlf })).toBe('');
});

test('YAML that does not parse is refused with its reason', () => {
  expect(check({ meta: META.replace('B1', 'B1: a') })).toMatch(/^meta does not parse: /);
});

test.each([
  '[rest unchanged]',
  '<!-- rest of the lesson unchanged -->',
  '// ... existing items',
  '# ... existing entries',
  '... (omitted for brevity)',
  '…omitted…',
  'The rest of the lesson is unchanged.',
  '[решта без змін]',
  '*(Решта тексту без змін)*',
  '- … решта вправ без змін',
  '…пропущено…',
])('the placeholder "%s" is refused', (line) => {
  expect(check({ lesson: `${LESSON}\n${line}\n` })).toContain('placeholder');
});

test.each([
  'Решта слів у реченні залишається без змін, бо вони не відмінюються.',
  'The rest of us went home.',
  '> — …і тоді він сказав: «Ні».',
  '## Без змін',
  '[…]',
  '(existing since 1991)',
  'Форма **існує** без змін у всіх відмінках.',
])('the sentence "%s" is no placeholder', (line) => {
  const expected = line.startsWith('(existing') ? 'placeholder' : '';
  expect(check({ lesson: `${LESSON}\n${line}\n` })).toContain(expected);
});

test('a placeholder that the lesson had before is the author’s', () => {
  expect(check({ lesson: `${LESSON}\n[rest unchanged]\n\nMore.\n` }, { lesson: `${LESSON}\n[rest unchanged]\n` })).toBe(
    '',
  );
});

test('a lesson of another module is refused; one that keeps its title, or half of its sections, is not', () => {
  const other = `# Числа\n\n## Рахуємо\n\n${'Один, два, три. '.repeat(8)}\n`;
  expect(check({ lesson: other })).toBe(
    'lesson is not about this module: it keeps not its title "вид дієслова" and 0 of its 3 sections',
  );
  expect(check({ lesson: LESSON.replace(/^## .*$/gm, '## Нове') })).toBe('');
  expect(check({ lesson: LESSON.replace('# Вид дієслова', '# Новий заголовок') })).toBe('');
});

test('a heading counts whatever its level and the space after its signs', () => {
  const slips = LESSON.replace('# Вид', '#Вид').replaceAll('## ', '##');
  expect(check({ lesson: LESSON }, { lesson: slips })).toBe('');
  expect(check({ lesson: 'Без заголовків, але довгий текст.' }, { lesson: 'Текст без заголовків.' })).toBe('');
});

test('a sidecar that loses a key, or is another module’s, is refused', () => {
  expect(check({ meta: META.replace("version: '1.0'\n", '') })).toBe('meta lost its key version');
  expect(check({ meta: META.replace('slug: 06-aspect', 'slug: 07-past') })).toContain(
    'its slug is "07-past" instead of "06-aspect"',
  );
  expect(check({ vocabulary: VOCABULARY.replace('b1-06', 'b1-07') })).toContain('vocabulary is not about this module');
  expect(check({ vocabulary: 'module: b1-06\nlevel: B1\nwords:\n- lemma: вид\n  translation: aspect\n' })).toBe(
    'vocabulary lost its key items',
  );
  expect(check({ vocabulary: 'words: []' }, { vocabulary: null })).toBe('vocabulary has no key items');
  expect(check({ meta: 'level: B1' }, { meta: null })).toBe('meta has no key module');
  expect(check({ meta: '(the whole meta YAML)' }, { meta: null })).toContain('placeholder');
});

test('a title and a slug are the same in composed and decomposed letters', () => {
  const nfd = (text: string): string => text.normalize('NFD');
  expect(check({ lesson: LESSON.replace('Кінець', 'Край') }, { lesson: nfd(LESSON) })).toBe('');
  const meta = META.replace('06-aspect', 'мій-урок');
  expect(check({ meta: meta.replace('90', '95') }, { meta: nfd(meta) })).toBe('');
});

test('quotes, comments and key order of a sidecar may change', () => {
  expect(
    check({
      meta: `# meta\nlevel: B1\n${META.replace('level: B1\n', '').replace('slug: 06-aspect', "slug: '06-aspect' # bare")}`,
    }),
  ).toBe('');
});

test('a fix that touches naturalness is refused, also where it adds one', () => {
  expect(check({ meta: META.replace('score: 9', 'score: 10') })).toContain('naturalness');
  expect(check({ meta: META.replace('status: PASS', 'status: PENDING') })).toContain('naturalness');
  expect(check({ meta: META }, { meta: META.replace(/naturalness:\n.*\n.*\n/, '') })).toContain('naturalness');
  expect(check({ meta: META }, { meta: null })).toContain('naturalness');
});

test('mending the slips of a naturalness that does not parse does not touch it', () => {
  const slips = META.replace('score: 9', 'score:9').replace('  status: PASS', '\tstatus: PASS');
  expect(check({ meta: META }, { meta: slips })).toBe('');
});

test('activities stay a list, and no entry loses its type or title', () => {
  expect(
    check({ activities: 'activities: none, because they were all removed from this file by the model\ntype: x' }),
  ).toContain('no longer a list');
  expect(check({ activities: ACTIVITIES.replace('  title: Друге\n', '') })).toBe(
    'activities has 1 activities without title',
  );
  expect(check({ activities: ACTIVITIES.replace('- type: cloze\n  title', '- title') })).toContain('without type');
});

test('activities that lacked a title before may go on without, and a title within an item is none', () => {
  const untitled = ACTIVITIES.replace('  title: Друге\n', '');
  expect(check({ activities: `${untitled}# mended\n` }, { activities: untitled })).toBe('');
  expect(
    check({ activities: ACTIVITIES.replace('  title: Друге\n', '').replace('passage: b', 'resource:\n    title: b') }),
  ).toContain('without title');
});

test('activities under a key, indented or with the dash alone on its line are counted, too', () => {
  const under = `activities:\n${ACTIVITIES.replace(/^/gm, '  ').trimEnd()}\n`;
  expect(check({ activities: `${under}# mended\n` }, { activities: under })).toBe('');
  expect(check({ activities: under.replace('    title: Друге\n', '') }, { activities: under })).toContain(
    'without title',
  );
  const alone = '-\n  type: quiz\n  title: Перше\n-\n  type: cloze\n  title: Друге\n  text: long enough\n';
  expect(check({ activities: alone }, { activities: alone })).toBe('');
});

test('a reply is unchanged where no block differs but in line ends', () => {
  const base = moduleText({ lesson: 'a\r\nb\r\n', meta: 'a: 1' });
  expect(isUnchanged(base, {})).toBe(true);
  expect(isUnchanged(base, { lesson: 'a\nb', meta: 'a: 1' })).toBe(true);
  expect(isUnchanged(base, { lesson: 'a\nb', meta: 'a: 2' })).toBe(false);
  expect(isUnchanged(moduleText({ lesson: 'й'.normalize('NFD') }), { lesson: 'й' })).toBe(true);
  expect(isUnchanged(moduleText({ vocabulary: null }), { vocabulary: VOCABULARY })).toBe(false);
});

test('a block is written with the line ends and the final newline of the file before', () => {
  expect(applyLineEnds('a\nb\n', 'x\ny')).toBe('x\ny\n');
  expect(applyLineEnds('a\r\nb\r\n', 'x\ny')).toBe('x\r\ny\r\n');
  expect(applyLineEnds('a\nb', 'x\ny\n')).toBe('x\ny');
  expect(applyLineEnds('a\r\nb', 'x\r\ny')).toBe('x\r\ny');
  expect(applyLineEnds('a\nb\n', 'x\r\ny')).toBe('x\ny\n');
  expect(applyLineEnds(null, 'x')).toBe('x\n');
  // The byte order mark of the file before stays, and a reply brings none with it.
  expect(applyLineEnds('\uFEFFa\n', 'x')).toBe('\uFEFFx\n');
  expect(applyLineEnds('\uFEFFa\n', '\uFEFFx')).toBe('\uFEFFx\n');
  expect(applyLineEnds('a\n', '\uFEFFx')).toBe('x\n');
  expect(applyLineEnds('a\r\nb\r\nc\n', 'x\ny')).toBe('x\r\ny\r\n');
  expect(applyLineEnds('\uFEFFa\n', 'x')).toBe('\uFEFFx\n');
  expect(applyLineEnds('a\n', '\uFEFFx')).toBe('x\n');
});

test('a file that is given back as it stands is written byte for byte as it was', () => {
  const lines = fc.array(
    fc.string().filter((line) => !/[\r\n]/.test(line)),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(lines, fc.constantFrom('\n', '\r\n'), fc.boolean(), (content, end, final) => {
      const file = content.join(end) + (final ? end : '');
      fc.pre(file.trim() !== '' && (final || content.at(-1) !== ''));
      const asReplied = file.endsWith('\n') ? file.replace(/\r?\n$/, '') : file;
      expect(applyLineEnds(file, asReplied)).toBe(file);
      expect(isUnchanged(moduleText({ lesson: file }), { lesson: asReplied })).toBe(true);
    }),
  );
});

test('the guards never throw, whatever old text and reply', () => {
  const part = fc.constantFrom(
    '# A',
    '## B',
    '- type: quiz',
    '  title: x',
    'module: a',
    'naturalness: {score: 1}',
    '-',
    '  -',
    '[решта без змін]',
  );
  const text = fc.array(fc.oneof(part, fc.string())).map((lines) => lines.join('\n'));
  fc.assert(
    fc.property(text, text, fc.constantFrom(...FILE_KINDS.slice(0, 4)), (old, block, kind) => {
      const reasons = checkFix({
        base: moduleText({ [kind]: old }),
        blocks: { [kind]: block },
        yamlError: () => null,
      });
      expect(reasons.every((reason) => reason.length > 0)).toBe(true);
    }),
  );
});
