import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRecord } from '../../src/store/record-versions.ts';
import { RecordStore } from '../../src/store/records.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';

const FOLDER = join(PACKAGE_ROOT, 'test/records');
const files = readdirSync(FOLDER).flatMap((schema) => readdirSync(join(FOLDER, schema)).map((n) => join(schema, n)));
const textOf = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');
const ID = 'fix-review-b1-1-20-20260213090501';

test('there are records of every version up to today', () => {
  expect(new Set(files.map((file) => file.split('/')[0]))).toEqual(new Set(['0', '1']));
});

test.each(files)('%s loads', (file) => {
  expect(readRecord(textOf(file))).toMatchObject({ kind: 'record', record: { schema: 1 } });
});

/** Fields that records got later, as one without them is read. */
const LATER = {
  wait: null,
  budget_usd: 0,
  module_budget_usd: null,
  max_rounds: null,
  pass_score: null,
  settings: null,
  retry_of: null,
  of_task: null,
  cost: null,
};

test('a record of today loads as it was written; one from before costs were told has none', () => {
  const file = files.find((name) => name.startsWith('1/')) ?? '';
  const written = JSON.parse(textOf(file)) as { modules: Record<string, object> };
  const modules = Object.entries(written.modules).map(([slug, module]) => [slug, { ...module, question: null }]);
  const record = { ...written, ...LATER, modules: Object.fromEntries(modules) as object };
  expect(readRecord(textOf(file))).toEqual({ kind: 'record', record });
  const cost = {
    usd: 1.5,
    calls: 3,
    unpriced_calls: 0,
    estimated_calls: 2,
    unsettled_calls: 1,
    unsettled_usd: 0.5,
    input_tokens: 10,
    output_tokens: 20,
    modules: { '01-a': 1.5 },
  };
  const today = { ...record, budget_usd: 2, cost };
  expect(readRecord(JSON.stringify(today))).toEqual({ kind: 'record', record: today });
});

test('what the original did not keep gets its documented value', () => {
  const local = (text: string): string => new Date(text).toISOString();
  expect(readRecord(textOf(`0/${ID}.json`))).toEqual({
    kind: 'record',
    record: {
      schema: 1,
      task_id: ID,
      operation: 'fix-review',
      track: 'b1',
      start: 1,
      end: 20,
      modules_selected: '1-20',
      model: 'unknown',
      review_model: 'unknown',
      concurrency: 1,
      created_at: local('2026-02-13T09:05:01.118'),
      updated_at: local('2026-02-13T09:41:17.900'),
      ended_at: local('2026-02-13T09:41:17.900'),
      stopped_at: local('2026-02-13T09:41:17.900'),
      status: 'stopped',
      reason: null,
      output_file: `tasks/${ID}.output`,
      total: 20,
      counts: {},
      modules: {},
      ...LATER,
    },
  });
});

test('a task that the original left running is no open task of ours', () => {
  const reading = readRecord(textOf('0/research-b2-hist-1-10-20260214120000.json'));
  expect(reading).toMatchObject({
    record: { status: 'terminated', ended_at: null, reason: 'a task of the original tool, left as "running"' },
  });
});

test('a newer record is told from a damaged one, and both are named with what to do', async () => {
  const root = tempWorkspace({
    [`tasks/${ID}.json`]: '{"schema": 2, "task": "in another form"}',
    'tasks/fix-review-b1-1-2-20260214120000.json': '{"task_id": ',
    'tasks/fix-review-b1-1-2-20260214120001.json': '{"schema": 1, "task_id": 7}',
    'tasks/notes.json': '[]',
  });
  const store = new RecordStore(workspaceAt(root));
  expect(await store.scan()).toEqual({
    records: [],
    unreadable: [
      {
        taskId: 'fix-review-b1-1-2-20260214120001',
        message: expect.stringContaining('it is not a record (task_id: Invalid input') as unknown,
      },
      {
        taskId: 'fix-review-b1-1-2-20260214120000',
        message:
          'tasks/fix-review-b1-1-2-20260214120000.json cannot be read: it is not JSON. Make it again: batch-manager rebuild fix-review-b1-1-2-20260214120000',
      },
      {
        taskId: ID,
        message: `tasks/${ID}.json is from a newer version of batch-manager (schema 2; this one knows up to 1). Use that version to see it.`,
      },
      { taskId: 'notes', message: expect.not.stringContaining('rebuild') as unknown },
    ],
    skipped: 0,
  });
});
