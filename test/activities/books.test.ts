import { EventEmitter, once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { Books, type Booking, type Limit } from '../../activities/books.ts';
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
  generation: 0,
  ask: 'review',
  round: 0,
  model: 'work/m',
});

/** The books of a worker; another one of the same workspace is its successor. */
const books = (workspace: Workspace): Books =>
  new Books(new LedgerStore(workspace), new ReplyStore(workspace), createPrices(PRICES));

function withResolvers(): { promise: Promise<ModelReply>; resolve: (reply: ModelReply) => void } {
  const emitter = new EventEmitter();
  const promise = once(emitter, 'reply').then(([reply]) => reply as ModelReply);
  return { promise, resolve: (reply) => void emitter.emit('reply', reply) };
}

const kept = (): Promise<void> => Promise.resolve();
const limit = (budgetUsd = 0, promptLength = 0, signal = new AbortController().signal): Limit => {
  return {
    budgetUsd: () => Promise.resolve(budgetUsd),
    moduleBudgetUsd: 0,
    promptLength,
    signal,
    whenFree: () => Promise.resolve(),
  };
};

test('replies are summed by task and module; refusals cost nothing, and of what was cut nobody knows', async () => {
  const mine = books(workspaceAt(tempFolder()));
  expect(await mine.cost('t')).toBeNull();
  await mine.ask('t', booking('01'), limit(), () => Promise.resolve(REPLY), kept);
  await mine.ask('t', booking('01'), limit(), () => Promise.resolve(REPLY), kept);
  await mine.ask('t', booking('02'), limit(), () => Promise.resolve('timeout' as const), kept);
  for (const error of [new ModelError('rate', 'no'), new ModelError('network', 'cut'), new Error('aborted')])
    await expect(mine.ask('t', booking('03'), limit(), () => Promise.reject(error), kept)).rejects.toBe(error);
  expect(await mine.cost('t')).toEqual({
    usd: 0.4,
    calls: 2,
    unpriced_calls: 0,
    unsettled_calls: 3,
    unsettled_usd: expect.closeTo(0.6),
    input_tokens: 200_000,
    output_tokens: 20_000,
    modules: { '01': 0.4 },
  });
  expect(await mine.cost('another')).toBeNull();
});

test('a call that was stopped before it was made cost nothing, and is not made', async () => {
  const mine = books(workspaceAt(tempFolder()));
  const stopped = new Error('stopped');
  const held = { ...limit(), whenFree: () => Promise.reject(stopped) };
  const made = vi.fn<() => Promise<ModelReply>>(() => Promise.resolve(REPLY));
  await expect(mine.ask('t', booking('01'), held, made, kept)).rejects.toBe(stopped);
  expect(made).not.toHaveBeenCalled();
  expect(await mine.cost('t')).toBeNull();
});

test('a call without a known price counts its tokens', async () => {
  const mine = books(workspaceAt(tempFolder()));
  await mine.ask('t', { ...booking('01'), model: 'ollama/x' }, limit(), () => Promise.resolve(REPLY), kept);
  expect(await mine.cost('t')).toMatchObject({ usd: 0, calls: 1, unpriced_calls: 1, input_tokens: 100_000 });
});

test('what a killed worker left open is settled by the reply in the cache, else unsettled, and only once', async () => {
  const workspace = workspaceAt(tempFolder());
  const ledger = new LedgerStore(workspace);
  const asked = (id: string, reply: string) => ({
    kind: 'asked' as const,
    id,
    at: '2026-11-24T10:00:00.000Z',
    reserved: 0.3,
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
  expect(await books(workspace).cost('t')).toMatchObject({
    usd: 0.2,
    calls: 1,
    unsettled_calls: 2,
    unsettled_usd: 0.6,
  });
  expect(await books(workspace).cost('t')).toMatchObject({
    usd: 0.2,
    calls: 1,
    unsettled_calls: 2,
    unsettled_usd: 0.6,
  });
  expect(await ledger.lines('t')).toHaveLength(6);
});

test('the budget is kept: a call that it does not reach for waits for those in flight, and is told once none is', async () => {
  const mine = books(workspaceAt(tempFolder()));
  // Each reply costs 0.20, and from the first on that is what is reserved.
  await mine.ask('t', booking('01'), limit(0.5), () => Promise.resolve(REPLY), kept);
  const { promise: reply, resolve: answer } = withResolvers();
  const slow = mine.ask('t', booking('02'), limit(0.5), () => reply, kept);
  const short = mine.ask('t', booking('03'), limit(0.5), () => Promise.resolve(REPLY), kept);
  expect(await Promise.race([short, sleep(50, 'waits')])).toBe('waits');
  answer({ ...REPLY, usage: { ...REPLY.usage, inputTokens: 0, outputTokens: 0 } });
  await slow;
  // It cost nothing: there is money for one more, and for no second.
  expect(await short).toBe(REPLY);
  expect(await mine.ask('t', booking('04'), limit(0.5), () => Promise.resolve(REPLY), kept)).toEqual({ over: 'task' });
  expect(await mine.cost('t')).toMatchObject({ usd: 0.4, calls: 3 });
  expect(await mine.ask('t', booking('04'), limit(0.7), () => Promise.resolve(REPLY), kept)).toBe(REPLY);
});

test('a module costs no more than one may, over a kill and apart from the others; a retry has its own share', async () => {
  const workspace = workspaceAt(tempFolder());
  const ask = (mine: Books, go: Partial<Booking>, moduleBudgetUsd = 0.5) =>
    mine.ask('t', { ...booking('01'), ...go }, { ...limit(), moduleBudgetUsd }, () => Promise.resolve(REPLY), kept);
  const first = books(workspace);
  expect(await ask(first, {})).toBe(REPLY);
  // Killed in flight: nobody knows what it cost, so it counts with what it had reserved.
  new LedgerStore(workspace).append('t', {
    kind: 'asked',
    id: 'cut',
    at: new Date().toISOString(),
    reserved: 0.2,
    ...booking('01', 'never got'),
  });
  const mine = books(workspace);
  expect(await ask(mine, {})).toEqual({ over: 'module', spent: 0.4, wanted: 0.2 });
  expect(await ask(mine, {}, 0.7)).toBe(REPLY);
  expect(await ask(mine, {}, 0)).toBe(REPLY);
  expect(await ask(mine, { generation: 1 })).toBe(REPLY);
  expect(await ask(mine, { module: 'b1/02' })).toBe(REPLY);
  expect(await mine.cost('t')).toMatchObject({
    calls: 5,
    unsettled_calls: 1,
    modules: { '01': expect.closeTo(0.8), '02': 0.2 },
  });
});

test('before the first reply the prompt tells what a call may cost; one that waits for money leaves at an abort', async () => {
  const mine = books(workspaceAt(tempFolder()));
  // 300,000 characters are 100,000 tokens: 0.10, and the reply 0.02.
  expect(await mine.ask('t', booking('01'), limit(0.11, 300_000), () => Promise.resolve(REPLY), kept)).toEqual({
    over: 'task',
  });
  const slow = mine.ask('t', booking('02'), limit(0.13, 300_000), () => sleep(200, REPLY), kept);
  const stop = new AbortController();
  const short = mine.ask('t', booking('03'), limit(0.13, 300_000, stop.signal), () => Promise.resolve(REPLY), kept);
  await sleep(20);
  stop.abort(new Error('stopped'));
  await expect(short).rejects.toThrow('stopped');
  expect(await slow).toBe(REPLY);
});
