import { expect, test } from 'vitest';
import { blankModule } from '../../src/store/record-schema.ts';
import type { ModuleRecord } from '../../src/store/records.ts';
import { countsText, duration, listTable, moduleTable, tally, taskHead } from '../../src/views/task.ts';
import { taskRecord } from '../helpers/task-record.ts';

const module = (number: number, change: Partial<ModuleRecord> = {}): ModuleRecord => ({
  ...blankModule(number),
  ...change,
});

const record = taskRecord({
  task_id: 'fix-review-b1-1-2-20261124080000',
  track: 'b1',
  review_model: 'google/gemini-2.5-pro',
  counts: { MISSING: 1, FIXED: 1 },
  modules: {
    '02-b': module(2, { outcome: 'MISSING', detail: 'there is no b1/02-b.md' }),
    '01-наголос': module(1, {
      outcome: 'FIXED',
      score: 9.25,
      rounds: 2,
      changed: true,
      suspicious: true,
      detail: 'review 9.25',
    }),
  },
});
const NOW = new Date('2026-11-24T08:01:05.000Z');

test('modules stand in the order of their numbers, in columns that fit any script', () => {
  expect(moduleTable(record, Infinity)).toBe(
    '#  MODULE      OUTCOME  SCORE  ROUNDS  DETAIL\n' +
      '1  01-наголос  FIXED    9.25   2       review 9.25 (suspicious rise)\n' +
      '2  02-b        MISSING                 there is no b1/02-b.md\n',
  );
});

test('what modules cost has a column where something was paid for', () => {
  const sums = { usd: 0.5, calls: 2, unpriced_calls: 0, estimated_calls: 0, unsettled_calls: 0, unsettled_usd: 0 };
  const cost = { ...sums, input_tokens: 10, output_tokens: 10, modules: { '01-наголос': 0.5 } };
  const [head, first] = moduleTable({ ...record, cost }, Infinity).split('\n');
  expect(head).toBe('#  MODULE      OUTCOME  SCORE  ROUNDS  COST   DETAIL');
  expect(first).toBe('1  01-наголос  FIXED    9.25   2       $0.50  review 9.25 (suspicious rise)');
});

test('rows are cut at the terminal, not wrapped, and say so', () => {
  const [head, first] = moduleTable(record, 60).split('\n');
  expect(head).toBe('#  MODULE      OUTCOME  SCORE  ROUNDS  DETAIL');
  expect(first).toBe('1  01-наголос  FIXED    9.25   2       review 9.25 (suspic…');
  for (const line of moduleTable(record, 30).split('\n')) expect(line.length).toBeLessThan(30);
});

test('the list gives up room of the status, then the start, which the id tells, too', () => {
  const waiting = { ...record, wait: 'other-task' } as const;
  expect(listTable([waiting], NOW, 97)).toContain('running: oth…  2/2   1           2026-11-24 08:00  1m 5s\n');
  expect(listTable([waiting], NOW, 80)).toContain('running: othe…  2/2   1           1m 5s\n');
});

test('the list has one row a task with what is done and what did not pass', () => {
  expect(listTable([record], NOW, Infinity).split('\n')[1]).toBe(
    'fix-review-b1-1-2-20261124080000  running  2/2   1           2026-11-24 08:00  1m 5s',
  );
});

test('the head names both models where they differ, and the counts with what passed first', () => {
  expect(taskHead(record, NOW)).toContain('model offline/rules-1, reviews by google/gemini-2.5-pro, 8 calls at a time');
  expect(countsText(record.counts)).toBe('1 FIXED, 1 MISSING');
  expect(tally(record.counts)).toEqual({ ended: 2, notPassed: 1 });
  expect(duration({ ...record, ended_at: '2026-11-24T08:00:02.400Z' }, NOW)).toBe('2s');
});
