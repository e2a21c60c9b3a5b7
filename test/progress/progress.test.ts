import { expect, test } from 'vitest';
import { formatLogLine } from '../../src/domain/log-line.ts';
import { advance, NO_PROGRESS } from '../../src/progress/progress.ts';
import { liveView, outcomesLine, totalsLine } from '../../src/progress/view.ts';

const line = (second: number, subject: string, event: string, text: string): string =>
  formatLogLine({ at: `2026-11-24T08:00:${String(second).padStart(2, '0')}.000Z`, subject, event, text });

const LOG = [
  line(0, 'task', 'started', '3 modules'),
  line(1, 'b1/01-a', 'audit', 'passed'),
  line(2, 'b1/02-b', 'audit', 'failed: words'),
  line(3, 'b1/02-b', 'judge r0', '6.4 FAIL'),
  line(4, 'b1/02-b', 'fix r1', 'asking offline/rules-1'),
  line(5, 'b1/01-a', 'ended', 'PASS_ON_REVIEW 9.4, review 9.4'),
];
const NOW = Date.parse('2026-11-24T08:00:10.000Z');

test('the log tells what runs, since when, with the last score, and what ended how', () => {
  const progress = advance(advance(NO_PROGRESS, LOG.slice(0, 3)), LOG.slice(3));
  expect([...progress.ended]).toEqual([['b1/01-a', 'PASS_ON_REVIEW']]);
  expect(progress.running.get('b1/02-b')).toMatchObject({
    event: 'fix r1',
    score: '6.4',
    since: '2026-11-24T08:00:04.000Z',
  });
  expect(totalsLine(progress, 3, NOW)).toBe('1/3 modules, 1 running, 10s');
  expect(outcomesLine(progress)).toBe('1 PASS_ON_REVIEW');
});

test('a module that runs again is running, and counts with its last end', () => {
  const again = advance(NO_PROGRESS, [...LOG, line(6, 'b1/01-a', 'audit', 'passed')]);
  expect(again.ended.size).toBe(0);
  expect(advance(again, [line(7, 'b1/01-a', 'ended', 'FIXED 9.6, x')]).ended.get('b1/01-a')).toBe('FIXED');
});

test('lines that something else wrote are passed over', () => {
  expect(advance(NO_PROGRESS, ['garbage', ''])).toEqual(NO_PROGRESS);
});

test('an ETA is given once two modules have ended', () => {
  const progress = advance(NO_PROGRESS, [...LOG, line(6, 'b1/03-c', 'ended', 'MISSING there is no file')]);
  expect(totalsLine(progress, 4, NOW)).toBe('2/4 modules, 1 running, 10s, about 10s left');
});

test('the live view shows what a log line would have a terminal do, though the log was written by somebody else', () => {
  const evil = '2026-11-24T08:00:01.000Z  b1/01-\u001b[31m\u202ex  review r0   \u001b]52;c;aGk=\u0007 \u009b2J PASS';
  const view = liveView(advance(NO_PROGRESS, [evil]), 1, NOW, { columns: 200, rows: 9 });
  expect(view).toContain(String.raw`b1/01-\x1b[31m\u202ex`);
  expect(view).toContain(String.raw`\x1b]52;c;aGk=\x07 \x9b2J PASS`);
  // oxlint-disable-next-line no-control-regex -- of our own there are colours alone
  expect(view.replaceAll(/\u001b\[\d+m/g, '')).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
});

test('the live view is as wide as the terminal at most, and says what it leaves out', () => {
  const many = Array.from({ length: 5 }, (_, index) => line(1, `b1/0${index}-module`, 'review r0', 'x'.repeat(200)));
  const view = liveView(advance(NO_PROGRESS, many), 5, NOW, { columns: 60, rows: 3 });
  expect(view).toContain('and 2 more');
  // oxlint-disable-next-line no-control-regex -- colours are not columns
  for (const row of view.replace(/\u001b\[\d+m/g, '').split('\n')) expect(row.length).toBeLessThan(60);
});

test('a task that waits or is paused says why until it goes on', () => {
  const paused = advance(NO_PROGRESS, [...LOG, line(6, 'task', 'pause', 'paused by anna@laptop')]);
  expect(liveView(paused, 3, NOW, { columns: 80, rows: 3 })).toContain('paused by anna@laptop');
  expect(advance(paused, [line(7, 'task', 'resume', 'goes on')]).standing).toBeNull();
  const waiting = advance(NO_PROGRESS, [line(6, 'task', 'waiting', 'waiting for quota until 15:50')]);
  expect(waiting.standing).toBe('waiting for quota until 15:50');
  expect(advance(waiting, [line(7, 'task', 'running', 'goes on')]).standing).toBeNull();
});
