import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatLogLine, parseLogLine } from '../../src/domain/log-line.ts';

test('a line has four columns', () => {
  const line = {
    at: '2026-11-24T08:33:38.123Z',
    subject: 'b1/06-aspect',
    event: 'review r1',
    text: '6.4 FAIL, 5 issues',
  };
  expect(formatLogLine(line)).toBe(
    '2026-11-24T08:33:38.123Z  b1/06-aspect                  review r1   6.4 FAIL, 5 issues',
  );
});

test('a line reads back as it was written, and is one line whatever its text', () => {
  const subject = fc.stringMatching(/^[a-z0-9][a-z0-9/-]{0,60}$/);
  const event = fc.constantFrom('audit', 'review r0', 'fix r12', 'ended', 'stopModule');
  fc.assert(
    fc.property(subject, event, fc.string({ unit: 'binary' }), (name, what, text) => {
      const at = '2026-11-24T08:33:38.123Z';
      const line = formatLogLine({ at, subject: name, event: what, text });
      // oxlint-disable-next-line no-control-regex -- these are what must not be there
      expect(line.split(/[\n\r\u{1b}]/u)).toHaveLength(1);
      expect(parseLogLine(line)).toMatchObject({ at, subject: name, event: what });
    }),
  );
});

test('what something else wrote is no line', () => {
  expect(parseLogLine('Traceback (most recent call last):')).toBeUndefined();
  expect(parseLogLine('')).toBeUndefined();
});
