import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Books, type Booking } from '../../activities/books.ts';
import { ModelError, type ModelReply } from '../../src/model/model.ts';
import { createPrices } from '../../src/model/prices.ts';
import { LedgerStore } from '../../src/store/ledger.ts';
import { ReplyStore } from '../../src/store/replies.ts';
import { workspaceAt, type Workspace } from '../../src/store/workspace.ts';
import { tempFolder } from '../helpers/temp.ts';

const PRICES = { 'work/m': { input: 1, output: 10 } };
const REPLY: ModelReply = {
  text: 'x',
  finishReason: 'stop',
  usage: { inputTokens: 100_000, outputTokens: 10_000, reasoningTokens: null, cachedInputTokens: null },
};

const booking = (module: string, reply = `reply of ${module}`): Booking => ({
  reply,
  module: `b1/${module}`,
  ask: 'review',
  model: 'work/m',
});

/** The books of a worker; another one of the same workspace is its successor. */
const books = (workspace: Workspace): Books =>
  new Books(new LedgerStore(workspace), new ReplyStore(workspace), createPrices(PRICES));

const kept = (): Promise<void> => Promise.resolve();

test('replies are summed by task and module; refusals cost nothing, and of what was cut nobody knows', async () => {
  const mine = books(workspaceAt(tempFolder()));
  expect(await mine.cost('t')).toBeNull();
  await mine.ask('t', booking('01'), () => Promise.resolve(REPLY), kept);
  await mine.ask('t', booking('01'), () => Promise.resolve(REPLY), kept);
  await mine.ask('t', booking('02'), () => Promise.resolve('timeout' as const), kept);
  for (const error of [new ModelError('rate', 'no'), new ModelError('network', 'cut'), new Error('aborted')])
    await expect(mine.ask('t', booking('03'), () => Promise.reject(error), kept)).rejects.toBe(error);
  expect(await mine.cost('t')).toEqual({
    usd: 0.4,
    calls: 2,
    unpriced_calls: 0,
    unsettled_calls: 3,
    input_tokens: 200_000,
    output_tokens: 20_000,
    modules: { '01': 0.4 },
  });
  expect(await mine.cost('another')).toBeNull();
});

test('a call without a known price counts its tokens', async () => {
  const mine = books(workspaceAt(tempFolder()));
  await mine.ask('t', { ...booking('01'), model: 'ollama/x' }, () => Promise.resolve(REPLY), kept);
  expect(await mine.cost('t')).toMatchObject({ usd: 0, calls: 1, unpriced_calls: 1, input_tokens: 100_000 });
});

test('what a killed worker left open is settled by the reply in the cache, else unsettled, and only once', async () => {
  const workspace = workspaceAt(tempFolder());
  const ledger = new LedgerStore(workspace);
  const asked = (id: string, reply: string) => ({
    kind: 'asked' as const,
    id,
    at: '2026-11-24T10:00:00.000Z',
    ...booking('01', reply),
  });
  const put = (key: string, at: string): Promise<void> =>
    new ReplyStore(workspace).put(key, { ...REPLY, ask: 'review', model: 'work/m', ms: 1, at });
  await put('aa-kept', '2026-11-24T10:00:05.000Z');
  await put('bb-older', '2026-11-24T09:00:00.000Z');
  for (const [id, reply] of [
    ['1', 'aa-kept'],
    ['2', 'bb-older'],
    ['3', 'cc-lost'],
  ] as const)
    ledger.append('t', asked(id, reply));
  // The last line was cut by a full disk.
  appendFileSync(join(workspace.state, 'ledger/t.jsonl'), '\n{"kind":"asked","id":"4","at"');
  expect(await books(workspace).cost('t')).toMatchObject({ usd: 0.2, calls: 1, unsettled_calls: 2 });
  expect(await books(workspace).cost('t')).toMatchObject({ usd: 0.2, calls: 1, unsettled_calls: 2 });
  expect(await ledger.lines('t')).toHaveLength(6);
});
