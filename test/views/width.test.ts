import { expect, test } from 'vitest';
import { plainTable } from '../../src/views/table.ts';
import { cutText, textWidth } from '../../src/views/width.ts';

test.each([
  ['plain', 5],
  ['наголос', 7],
  ['за\u0301мок', 5],
  ['и\u0306', 1],
  ['日本語', 6],
  ['한국', 4],
  ['ＡＢ', 4],
  ['e\u0301\u0323', 1],
  ['👍', 2],
  ['👩‍🏫', 2],
  ['🇺🇦', 2],
  ['❤️', 2],
  ['zero\u200bwidth', 9],
  ['', 0],
])('%s takes %i columns', (text, columns) => {
  expect(textWidth(text)).toBe(columns);
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 5, 'abcd…'],
  ['за\u0301мок', 4, 'за\u0301м…'],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  ['abc', Infinity, 'abc'],
])('%s in %d columns is %s', (text, columns, expected) => {
  expect(cutText(text, columns)).toBe(expected);
});

test('columns stand below each other whatever the script, and a cell is one line', () => {
  const rows = [
    ['за\u0301мок', 'a'],
    ['日本', 'b\nc\u001b[31m'],
    ['x', 'd'],
  ];
  expect(plainTable(['WORD', 'Y'], rows)).toBe('WORD   Y\nза\u0301мок  a\n日本   b c\\x1b[31m\nx      d\n');
});
