import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDocument } from 'yaml';
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

test('a file that is empty or lost more than two fifths of its text is refused, a new file is not measured', () => {
  expect(check({ lesson: ' \n' })).toBe('lesson is empty');
  expect(check({ lesson: LESSON.slice(0, LESSON.length * 0.55) })).toMatch(/^lesson has 5\d % of its old size/);
  expect(check({ lesson: LESSON.slice(0, LESSON.length * 0.65) })).toBe('');
  expect(check({ vocabulary: 'items: []' }, { vocabulary: null })).toBe('');
});

test('a lesson that is longer than its plan asks may shrink to what the plan asks', () => {
  const lesson = 'слово '.repeat(1000);
  const yamlError = (): null => null;
  const shrunk = (words: number, wordTarget?: number): string =>
    checkFix({
      base: moduleText({ lesson }),
      blocks: { lesson: 'слово '.repeat(words) },
      wordTarget,
      yamlError,
    }).join('; ');
  expect(shrunk(410)).toContain('% of its old size');
  expect(shrunk(410, 400)).toBe('');
  expect(shrunk(390, 400)).toContain('% of its old size');
  expect(shrunk(590, 2000)).toContain('of its old size');
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
  expect(isUnchanged(moduleText({ vocabulary: null }), { vocabulary: VOCABULARY })).toBe(false);
});

test('a block is written with the line ends and the final newline of the file before', () => {
  expect(applyLineEnds('a\nb\n', 'x\ny')).toBe('x\ny\n');
  expect(applyLineEnds('a\r\nb\r\n', 'x\ny')).toBe('x\r\ny\r\n');
  expect(applyLineEnds('a\nb', 'x\ny\n')).toBe('x\ny');
  expect(applyLineEnds('a\r\nb', 'x\r\ny')).toBe('x\r\ny');
  expect(applyLineEnds('a\nb\n', 'x\r\ny')).toBe('x\ny\n');
  expect(applyLineEnds(null, 'x')).toBe('x\n');
  expect(applyLineEnds('a\r\nb\r\nc\n', 'x\ny')).toBe('x\r\ny\r\n');
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
