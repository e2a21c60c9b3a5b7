import { describe, expect, test } from 'vitest';
import { readLesson } from '../../src/audit/lesson.ts';

const counted = (text: string): number => readLesson(text).words;
const raw = (text: string): number => readLesson(text).rawWords;

describe('words of a lesson', () => {
  test.each([
    ['plain text', 'один два\nтри', 3],
    ['lone marks, quotes and callouts count', '- один\n> два\n1. три\n> [!tip] Порада\n> **А:** так', 12],
    ['headings do not', '# Назва уроку\n## Розділ\n###### Дрібний\nслово', 1],
    ['a hash without a blank is no heading', '#тег слово', 2],
    ['table lines do not', '| а | б |\n  |---|---|\nслово', 1],
    ['a table within a quote counts', '> | а |', 4],
    ['callouts that carry data do not', '> [!answer] так\n> [!options] а б\n>[!error] в\n> [!id] 7\nслово', 1],
    ['other callouts count', '> [!note] так', 3],
    ['images do not', 'до ![схема дієслова](a (1).png "Опис") після', 2],
    ['links count', '[два слова](a.png)', 2],
    ['comments do not, over lines too', 'до <!-- раз\n## два\n--> після <!-- три -->', 2],
    ['a comment that is not closed counts', 'до <!-- раз два', 4],
    ['a rule does not', '---\nслово\n---', 1],
    ['text behind a leading rule counts', '---слово', 1],
    ['line ends of Windows and of old', 'один\r\nдва\rтри', 3],
  ])('%s', (_, text, expected) => {
    expect(counted(text)).toBe(expected);
  });

  test.each(['## Activities', '# Вправи', '## Exercises: part one', '## вправи', '## 📝 Вправи'])(
    'under %s do not count, and do again under the next H1 or H2',
    (heading) => {
      expect(counted(`раз\n${heading}\nдва\n### Дрібний\nтри\n# Підсумок\nчотири п'ять`)).toBe(3);
    },
  );

  test.each(['### Activities', '## Вправність', '## Активності'])('under %s count', (heading) => {
    expect(counted(`${heading}\nодин`)).toBe(1);
  });

  test('raw ones are all but those of the front matter', () => {
    const text = '---\ntitle: Назва\ntags: a b\n---\n# Урок\n| а |\n<!-- x -->';
    expect(raw(text)).toBe(8);
    expect(counted(text)).toBe(0);
  });

  test('of a lesson that opens with a rule are not taken for front matter', () => {
    expect(counted('---\n\nодин\n\n---\nдва')).toBe(2);
  });

  test('of an absent lesson are none', () => {
    expect(readLesson(null)).toMatchObject({ rawWords: 0, words: 0, headings: [] });
  });
});

describe('headings', () => {
  test('have their level and their text without closing marks', () => {
    expect(readLesson('# Назва #\n\n##   Розділ ##\n#').headings).toEqual([
      { level: 1, text: 'Назва', line: 1 },
      { level: 2, text: 'Розділ', line: 3 },
      { level: 1, text: '', line: 4 },
    ]);
  });

  test('in a comment are none', () => {
    expect(readLesson('<!--\n# Назва\n-->').headings).toEqual([]);
  });

  test.each([
    ['front matter', '---\nlevel: B1\n---\n# Назва', 4],
    ['a comment of three lines', '<!-- раз\nдва\n--># Назва', 3],
    ['a comment within a line, and one over two', 'а <!-- x --> б\n<!-- раз\n-->\n# Назва', 4],
    ['line ends of Windows', 'один\r\n<!--\r\n-->\r\n# Назва', 4],
    ['a byte order mark', '\uFEFFодин\n# Назва', 2],
  ])('have their line in the file behind %s', (_, text, line) => {
    expect(readLesson(text).headings).toMatchObject([{ text: 'Назва', line }]);
  });
});

describe('sections', () => {
  const rows = (text: string): unknown[] =>
    readLesson(text).sections.map(({ heading, words, runs }) => [heading?.text ?? null, words, runs]);

  test('go from each H1 or H2 to the next, and their words sum to those of the lesson', () => {
    const text = 'вступ\n# Назва\nраз два\n## Перший\n### Дрібний\nтри\n| а | б |\n# Підсумок\n> [!tip] так';
    expect(rows(text)).toEqual([
      [null, 1, 1],
      ['Назва', 2, 2],
      ['Перший', 1, 4],
      ['Підсумок', 3, 0],
    ]);
    expect(readLesson(text).words).toBe(7);
  });

  test('of exercises have no words that count, but their runs of letters', () => {
    expect(rows('## Вправи\nраз два')).toEqual([
      [null, 0, 0],
      ['Вправи', 0, 2],
    ]);
  });

  test('count a stressed word as one run, and numbers as none', () => {
    expect(rows('сло́во 77 пів-на-пів')).toEqual([[null, 3, 4]]);
  });
});

describe('letters by script', () => {
  test.each([
    ['words of both', 'слово word', 5, 4],
    ['tables and headings do not count', '# Title\n| word | слово |\nтак', 3, 0],
    ['the text of a link counts, its address not', '[так](https://example.org/page)', 3, 0],
    ['images do not', 'так ![picture](a.png)', 3, 0],
    ['the type of a callout does not, its text does', '> [!note] так yes', 3, 3],
    ['callouts that carry data do not', '> [!answer] yes', 0, 0],
    ['comments count', 'так <!-- SCOPE -->', 3, 5],
    ['phonetic letters count as neither', '/rɔˈbɪu̯/', 0, 3],
    ['the front matter does not', '---\nlevel: B1\n---\nтак', 3, 0],
  ])('%s', (_, text, cyrillic, latin) => {
    expect(readLesson(text).scripts).toEqual({ cyrillic, latin });
  });
});

test('a lesson made to be slow is read in linear time', () => {
  const started = performance.now();
  for (const piece of [
    '<!--',
    '![',
    '![](',
    '![](()',
    '![](x)',
    '[](',
    '[a](b',
    '[!',
    '# ',
    '> [!',
    '|',
    '---\n',
    '[',
    '(',
  ])
    counted(piece.repeat(200_000));
  expect(performance.now() - started).toBeLessThan(5000);
});
