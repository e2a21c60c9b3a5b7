import fc from 'fast-check';
import { expect, test } from 'vitest';
import { visibleJson, visibleLine, visibleText } from '../../src/domain/visible.ts';

/** What a terminal may obey, or by which text is shown in another order than it has. */
const ACTIVE =
  // oxlint-disable-next-line no-control-regex -- these are what must not be there
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\r(?!\n)/;

test.each([
  ['a colour', '\u001b[31mred\u001b[0m', '\\x1b[31mred\\x1b[0m'],
  ['the clipboard', '\u001b]52;c;aGk=\u0007', '\\x1b]52;c;aGk=\\x07'],
  ['C1', '\u009b2J', '\\x9b2J'],
  ['an overwritten line', 'PASS\rFAIL', 'PASS\\x0dFAIL'],
  ['a backspace', 'FAIL\b\b\b\bPASS', 'FAIL\\x08\\x08\\x08\\x08PASS'],
  ['an override', 'gpj.\u202efdp', 'gpj.\\u202efdp'],
  ['an isolate', '\u2066x\u2069', '\\u2066x\\u2069'],
  ['DEL and NUL', '\u007f\u0000', '\\x7f\\x00'],
  ['lines of DOS', 'a\r\nb\tc\n', 'a\r\nb\tc\n'],
  ['an emoji, a stress mark', '👩‍🏫 за\u0301мок', '👩‍🏫 за\u0301мок'],
])('%s is shown, not obeyed', (_, text, expected) => {
  expect(visibleText(text)).toBe(expected);
});

test('whatever the text, nothing is left to obey', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, (value) => {
      expect(visibleText(value)).not.toMatch(ACTIVE);
      expect(visibleLine(value)).not.toMatch(/[\r\n\t]/);
    }),
  );
});

test('JSON keeps its value', () => {
  const text = fc.string({ unit: 'binary' });
  fc.assert(
    fc.property(text, (value) => {
      const json = visibleJson(JSON.stringify({ [value]: value }, null, 2));
      expect(ACTIVE.test(json)).toBe(false);
      expect(JSON.parse(json)).toEqual({ [value]: value });
    }),
  );
});
