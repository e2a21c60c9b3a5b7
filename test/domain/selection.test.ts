import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  checkSelection,
  formatSelection,
  parseRange,
  parseSelection,
  selectedNumbers,
  selectionSize,
  toSelection,
} from '../../src/domain/selection.ts';

test('a list of numbers and ranges selects each module once, in order', () => {
  expect(selectedNumbers(parseSelection('9-12, 3,7,10'))).toEqual([3, 7, 9, 10, 11, 12]);
});

test('a selection reads back as it is written, and its size is the number of its modules', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (numbers) => {
      const selection = toSelection(numbers);
      expect(parseSelection(formatSelection(selection))).toEqual(selection);
      expect(selectionSize(selection)).toBe(new Set(numbers).size);
    }),
  );
});

test.each([
  ['1,x', 'got "x"'],
  ['', 'got ""'],
  ['9-3', 'Write 3-9'],
  ['-4', 'got "-4"'],
])('--modules %j is refused with what was got', (text, message) => {
  expect(() => parseSelection(text)).toThrow(message);
});

test.each([
  ['0', '5', 'START must be a module number from 1, but got "0"'],
  ['1', '2.5', 'END must be a module number from 1, but got "2.5"'],
  ['10', '2', 'START 10 is after END 2. Write 2 10.'],
])('the range %s to %s is refused', (start, end, message) => {
  expect(() => parseRange(start, end)).toThrow(message);
});

test('numbers outside of the track are named together with its size', () => {
  expect(() => checkSelection([[90, 95]], 'b1', 92)).toThrow(
    'Track b1 has 92 modules (1-92), but 93-95 were asked for.',
  );
  expect(() => checkSelection([[1, 92]], 'b1', 92)).not.toThrow();
});
