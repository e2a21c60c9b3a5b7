import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../src/store/atomic.ts';
import { GenerationStore } from '../../src/store/generations.ts';
import { LimitStore } from '../../src/store/limits.ts';
import { RecordStore } from '../../src/store/records.ts';
import { replyKey, ReplyStore } from '../../src/store/replies.ts';
import { lastLines, appendLog, readLog } from '../../src/store/task-log.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { tempWorkspace, writeTree } from '../helpers/curriculum.ts';
import { taskRecord } from '../helpers/task-record.ts';

test('a record that cannot be read is passed over, not a crash', async () => {
  const root = tempWorkspace({ 'tasks/fix-review-b1-1-2-20260214120000.json': '{"task_id": ' });
  expect(await new RecordStore(workspaceAt(root)).list()).toEqual([]);
});

test('of older tasks than are wanted only those that have not ended are looked into', async () => {
  const store = new RecordStore(workspaceAt(tempWorkspace()));
  const id = (day: number): string => `fix-review-b1-1-2-202602${day}120000`;
  for (const day of [10, 11, 12, 13]) {
    const at = `2026-02-${day}T12:00:00.000Z`;
    await store.put(taskRecord({ task_id: id(day), created_at: at, ended_at: day === 11 ? null : at }));
  }
  const { records, skipped } = await store.scan(2);
  expect({ ids: records.map(({ task_id }) => task_id), skipped }).toEqual({
    ids: [id(13), id(12), id(11)],
    skipped: 1,
  });
  expect((await store.scan()).records).toHaveLength(4);
});

test('a damaged record is named however old it is', async () => {
  const root = tempWorkspace({
    'tasks/fix-review-b1-1-2-20260101120000.json': '{\n  "schema": 1,\n  "ended_at": "2026-0',
    'tasks/notes.json': '[]',
  });
  const store = new RecordStore(workspaceAt(root));
  await store.put(taskRecord({ task_id: 'fix-review-b1-1-2-20260210120000' }));
  const { records, unreadable, skipped } = await store.scan(1);
  expect(records).toHaveLength(1);
  expect(unreadable.map(({ taskId }) => taskId)).toEqual(['fix-review-b1-1-2-20260101120000', 'notes']);
  expect(skipped).toBe(0);
});

describe('a record with a copy beside the engine comes back', () => {
  const id = 'fix-review-b1-1-2-20260210120000';
  const harms: readonly (readonly [string, (root: string) => void])[] = [
    ['deleted', (root) => rmSync(join(root, 'tasks', `${id}.json`))],
    ['with all of tasks/', (root) => rmSync(join(root, 'tasks'), { recursive: true })],
    ['cut to nothing', (root) => writeFileSync(join(root, 'tasks', `${id}.json`), '')],
    ['overwritten with garbage', (root) => writeFileSync(join(root, 'tasks', `${id}.json`), '{"task_id": 7}')],
    [
      'replaced by a folder',
      (root) => {
        rmSync(join(root, 'tasks', `${id}.json`));
        mkdirSync(join(root, 'tasks', `${id}.json`));
      },
    ],
    [
      'with a file in the place of tasks/',
      (root) => {
        rmSync(join(root, 'tasks'), { recursive: true });
        writeFileSync(join(root, 'tasks'), 'mine');
      },
    ],
  ];

  test.each(harms)('%s', async (_, harm) => {
    const root = tempWorkspace();
    const copies = join(tempWorkspace(), 'records');
    const store = new RecordStore(workspaceAt(root), () => Promise.resolve(copies));
    const record = taskRecord({ task_id: id, ended_at: '2026-02-10T13:00:00.000Z' });
    await store.put(record);
    harm(root);
    expect(await store.get(id)).toEqual(record);
    expect(await store.list()).toEqual([record]);
    // What is not in the way is written again; what is stays as it was put there.
    await store.put(record);
    expect(await store.get(id)).toEqual(record);
  });

  test('and one of a newer version is left alone', async () => {
    const root = tempWorkspace();
    const copies = join(tempWorkspace(), 'records');
    const store = new RecordStore(workspaceAt(root), () => Promise.resolve(copies));
    await store.put(taskRecord({ task_id: id }));
    writeFileSync(store.file(id), '{"schema": 99}');
    expect(await store.read(id)).toEqual({ kind: 'newer', schema: 99 });
  });
});

test('a damaged reply counts as never got', async () => {
  const root = tempWorkspace();
  const replies = new ReplyStore(workspaceAt(root));
  const key = replyKey({ ask: 'review', model: 'offline/rules-1', prompt: 'p', generation: 0 });
  const usage = { inputTokens: 1, outputTokens: 2, reasoningTokens: null, cachedInputTokens: null };
  const reply = {
    ask: 'review',
    model: 'offline/rules-1',
    text: 't',
    finishReason: 'stop',
    usage,
    ms: 5,
    at: '2026-11-24T00:00:00Z',
  } as const;
  await replies.put(key, reply);
  expect(await replies.get(key)).toEqual(reply);
  writeTree(root, { [`.batch-manager/replies/${key.slice(0, 2)}/${key}.json`]: '{"ask":"rev' });
  expect(await new ReplyStore(workspaceAt(root)).get(key)).toBeNull();
});

test('the key of a reply differs by ask, model, prompt, generation, and task where there is one', () => {
  const base = { ask: 'review', model: 'm', prompt: 'p', generation: 0 } as const;
  const keys = [
    base,
    { ...base, ask: 'again' as const },
    { ...base, model: 'n' },
    { ...base, prompt: 'q' },
    { ...base, generation: 1 },
    { ...base, task: 't' },
    { ...base, task: 'u' },
  ];
  expect(new Set(keys.map(replyKey)).size).toBe(7);
  // Replies that an older version kept are found.
  expect(replyKey(base)).toBe(sha256('["review","m","p",0]'));
});

test('a generation rises to an absolute value and never falls', async () => {
  const store = new GenerationStore(workspaceAt(tempWorkspace()));
  const ref = { track: 'b1', slug: '01-x' };
  await store.raiseTo(ref, 2);
  await store.raiseTo(ref, 1);
  expect(await store.get(ref)).toBe(2);
});

test('a hold stands until it is released', async () => {
  const limits = new LimitStore(workspaceAt(tempWorkspace()));
  expect(await limits.held('t')).toBe(false);
  await limits.hold('t');
  expect(await limits.held('t')).toBe(true);
  await limits.release('t');
  expect(await limits.held('t')).toBe(false);
});

test('a log is read on from an offset, whole lines only', async () => {
  const root = tempWorkspace();
  const workspace = workspaceAt(root);
  await appendLog(workspace, 't', { subject: 'b1/01-x', event: 'audit', text: 'пройдено' });
  const first = await readLog(workspace, 't', 0);
  expect(first.lines).toHaveLength(1);
  await appendLog(workspace, 't', { subject: 'b1/02-y', event: 'audit', text: 'failed' });
  const second = await readLog(workspace, 't', first.offset);
  expect(second.lines.join()).toContain('b1/02-y');
  expect(await lastLines(workspace, 't', 'b1/01-x', 1)).toMatchObject([{ event: 'audit', text: 'пройдено' }]);
});
