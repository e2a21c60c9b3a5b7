import { expect, test } from 'vitest';
import { replyKey, ReplyStore, type StoredReply } from '../../src/store/replies.ts';
import { replyFiles } from '../../src/store/reply-files.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { tempFolder } from '../helpers/temp.ts';

const NO_USAGE = { inputTokens: null, outputTokens: null, reasoningTokens: null, cachedInputTokens: null };
const reply = (text: string, at: string): StoredReply => {
  return { ask: 'review', model: 'work/m', text, finishReason: 'stop', usage: NO_USAGE, ms: 5, at };
};
const [NOON, ONE] = ['2026-02-01T12:00:00.000Z', '2026-02-01T13:00:00.000Z'];
const key = (prompt: string, task?: string): string =>
  replyKey({ ask: 'review', model: 'work/m', prompt, generation: 0, ...(task !== undefined && { task }) });

test('a reply of no use is met by the tasks that found it so, and by no other one; the books keep it', async () => {
  const workspace = workspaceAt(tempFolder());
  const first = new ReplyStore(workspace);
  await first.put(key('a'), reply('', NOON));
  expect(await first.usable(key('a'), 'other')).toMatchObject({ text: '' });
  await first.markUseless(key('a'), 'mine');
  await first.markUseless(key('a'), 'mine');
  // As the worker that wrote it sees it, and as the next one reads it from disk.
  for (const store of [first, new ReplyStore(workspace)]) {
    expect(await store.usable(key('a'), 'mine')).toMatchObject({ text: '', useless: ['mine'] });
    expect(await store.usable(key('a'), 'other')).toBeNull();
    expect(await store.get(key('a'))).toMatchObject({ text: '', at: NOON });
  }
  expect(await replyFiles(workspace)).toHaveLength(1);
  // The next task's reply takes its place, with no mark: there is no moment at which the old mark is the new reply's.
  await first.put(key('a'), reply('good', ONE));
  for (const task of ['mine', 'other'])
    expect(await new ReplyStore(workspace).usable(key('a'), task)).toMatchObject({ text: 'good' });
});

test('a mark on a reply that was got with --no-cache goes to the copy that other tasks find, and to no other reply', async () => {
  const workspace = workspaceAt(tempFolder());
  const store = new ReplyStore(workspace);
  const own = key('a', 'mine');
  await store.put(own, { ...reply('', NOON), shared: key('a') });
  await store.put(key('a'), reply('', NOON));
  await store.markUseless(own, 'mine');
  expect(await store.usable(key('a'), 'other')).toBeNull();
  await store.put(key('a'), reply('good', ONE));
  await store.markUseless(own, 'mine too');
  expect(await store.usable(key('a'), 'other')).toMatchObject({ text: 'good' });
});

test('a reply that is gone is marked without a word', async () => {
  const workspace = workspaceAt(tempFolder());
  await new ReplyStore(workspace).markUseless(key('a'), 'mine');
  expect(await replyFiles(workspace)).toEqual([]);
});
