import { expect, test } from 'vitest';
import {
  dropLines,
  insertBlock,
  isPractice,
  isSummary,
  isUkrainian,
  joinLines,
  lessonHeadings,
  lessonLines,
  sectionEnd,
} from '../../src/model/offline/lesson/lines.ts';
import { firstSentence } from '../../src/model/offline/lesson/sentences.ts';

const literal = (lesson: string): string =>
  lessonLines(lesson)
    .map((line) => (line.literal ? 'x' : '.'))
    .join('');

test('front matter, comments and fenced code are literal, all else is prose', () => {
  expect(literal('---\nid: 1\n---\n# A')).toBe('xxx.');
  expect(literal('---\n\n# A\n---')).toBe('....');
  expect(literal('<!-- a\nb\n--> \n# A <!-- b -->')).toBe('xxx.');
  expect(literal('a\n```js\n# b\n```\nc\n~~~~\n```\n~~~~\nd')).toBe('.xxx.xxx.');
});

test('code or a comment that is never closed is only its first line', () => {
  expect(literal('a\n```js\n# b')).toBe('.x.');
  expect(literal('<!-- a\n# b')).toBe('x.');
});

test('headings are read with level and text, not in code', () => {
  const headings = lessonHeadings(lessonLines('# A ##\n##B\n```\n# c\n```\n###### D e\n#'));
  expect(headings).toEqual([
    { index: 0, level: 1, text: 'A' },
    { index: 5, level: 6, text: 'D e' },
  ]);
});

test('summary and practice headings are told in both languages, whatever stands before their first letter', () => {
  const heading = (level: number, text: string): { index: number; level: number; text: string } => ({
    index: 0,
    level,
    text,
  });
  expect([heading(1, 'Підсумок'), heading(2, '📝 Summary'), heading(2, '5. Висновки')].every(isSummary)).toBe(true);
  expect([heading(3, 'Підсумок'), heading(2, 'Підсумкове есе')].some(isSummary)).toBe(false);
  expect([heading(2, 'Need More Practice?'), heading(2, '🔄 Потрібно більше практики?')].every(isPractice)).toBe(true);
  expect([heading(2, 'Практика'), heading(2, 'Practice')].some(isPractice)).toBe(false);
});

test('a section ends at the next heading of its level or a higher one', () => {
  const lines = lessonLines('# A\n## B\ntext\n### C\n## D\nend');
  const headings = lessonHeadings(lines);
  const ends = headings.map((heading) => sectionEnd(headings, heading, lines.length));
  expect(ends).toEqual([6, 4, 4, 6]);
});

test('a block is inserted with one blank line before and after it, at either end, too', () => {
  const lines = lessonLines('a\n\n\nb\n');
  expect(insertBlock(lines, 2, ['x'])).toBe('a\n\nx\n\nb\n');
  expect(insertBlock(lines, 0, ['x'])).toBe('x\n\na\n\n\nb\n');
  expect(insertBlock(lines, lines.length, ['x', 'y'])).toBe('a\n\n\nb\n\nx\ny\n');
  expect(insertBlock(lessonLines(''), 0, ['x'])).toBe('x\n');
});

test('where dropped lines leave two blank ones, one goes, and the final newline stays', () => {
  const drop = (lesson: string, ...indexes: number[]): string =>
    joinLines(dropLines(lessonLines(lesson), new Set(indexes)));
  expect(drop('a\n\nb\n\nc\n', 2)).toBe('a\n\nc\n');
  expect(drop('b\n\nc\n', 0)).toBe('c\n');
  expect(drop('a\n\nb\n', 2)).toBe('a\n\n');
  expect(drop('a\nb\nc', 1)).toBe('a\nc');
});

test('a lesson is Ukrainian where most of its letters are', () => {
  expect(isUkrainian('Слово and слово')).toBe(true);
  expect(isUkrainian('The word слово')).toBe(false);
});

test('the first sentence is the first whole one of prose, without marks', () => {
  const first = (lesson: string): string | null => firstSentence(lessonLines(lesson));
  expect(first('| a |\n> Цитата тут є.\n- Пункт списку тут.\n### Підрозділ\nУ **квартирі** є [кухня](x). Далі.')).toBe(
    'У квартирі є кухня.',
  );
  expect(first('Коротко.\nБез крапки зовсім\nДовше речення з кінцем!')).toBe('Довше речення з кінцем!');
  expect(first(`${'Дуже довге '.repeat(40)}.`)).toBeNull();
  expect(first('')).toBeNull();
});
