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

  test.each(['## Activities', '# Вправи', '## Exercises: part one', '## вправи'])(
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
    expect(readLesson(null)).toEqual({ rawWords: 0, words: 0, headings: [] });
  });
});

describe('headings', () => {
  test('have their level and their text without closing marks', () => {
    expect(readLesson('# Назва #\n\n##   Розділ ##\n#').headings).toEqual([
      { level: 1, text: 'Назва' },
      { level: 2, text: 'Розділ' },
      { level: 1, text: '' },
    ]);
  });

  test('in a comment are none', () => {
    expect(readLesson('<!--\n# Назва\n-->').headings).toEqual([]);
  });
});

test('a lesson made to be slow is read in linear time', () => {
  const started = performance.now();
  for (const piece of ['<!--', '![', '![](', '![](()', '# ', '> [!', '|', '---\n', '[', '('])
    counted(piece.repeat(200_000));
  expect(performance.now() - started).toBeLessThan(5000);
});
