import { EventEmitter, once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
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
    estimated_calls: 0,
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
    characters: 0,
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
  answer({ ...REPLY, usage: { ...REPLY.usage, inputTokens: 1, outputTokens: 0 } });
  await slow;
  // It cost next to nothing: there is money for one more, and for no second.
  expect(await short).toBe(REPLY);
  expect(await mine.ask('t', booking('04'), limit(0.5), () => Promise.resolve(REPLY), kept)).toEqual({
    over: 'task',
    limit: 0.5,
    settled: expect.closeTo(0.4),
    unknown: 0,
    unknownCalls: 0,
    wanted: 0.2,
  });
  expect(await mine.cost('t')).toMatchObject({ usd: expect.closeTo(0.4), calls: 3 });
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
    characters: 0,
    reserved: 0.2,
    ...booking('01', 'never got'),
  });
  const mine = books(workspace);
  expect(await ask(mine, {})).toEqual({
    over: 'module',
    limit: 0.5,
    settled: 0.2,
    unknown: 0.2,
    unknownCalls: 1,
    wanted: 0.2,
  });
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
  expect(await mine.ask('t', booking('01'), limit(0.11, 300_000), () => Promise.resolve(REPLY), kept)).toMatchObject({
    over: 'task',
    settled: 0,
    wanted: 0.12,
  });
  const slow = mine.ask('t', booking('02'), limit(0.13, 300_000), () => sleep(200, REPLY), kept);
  const stop = new AbortController();
  const short = mine.ask('t', booking('03'), limit(0.13, 300_000, stop.signal), () => Promise.resolve(REPLY), kept);
  await sleep(20);
  stop.abort(new Error('stopped'));
  await expect(short).rejects.toThrow('stopped');
  expect(await slow).toBe(REPLY);
});

describe('of a reply that came, the cost is', () => {
  const usage = (inputTokens: number | null, outputTokens: number | null, cachedInputTokens: number | null = null) => {
    return {
      ...REPLY,
      text: 'слово'.repeat(600),
      usage: { ...REPLY.usage, inputTokens, outputTokens, cachedInputTokens },
    };
  };
  // 30,000 characters of prompt and 3,000 of reply are 10,000 and 1,000 tokens: 0.01 + 0.01. Reserved are 0.01 + 0.02.
  const ESTIMATED = {
    usd: 0.02,
    calls: 1,
    estimated_calls: 1,
    unsettled_calls: 0,
    input_tokens: 10_000,
    output_tokens: 1000,
  };
  const UNKNOWN = { usd: 0, calls: 0, unsettled_calls: 1, unsettled_usd: expect.closeTo(0.03), input_tokens: 0 };
  const COUNTED = { usd: 0.2, calls: 1, estimated_calls: 0, unsettled_calls: 0 };

  test.each<[string, ModelReply, object]>([
    ['counted where tokens are', REPLY, COUNTED],
    ['counted with as much from the cache as there was', usage(100_000, 10_000, 200_000), COUNTED],
    ['estimated where there is no usage', usage(null, null), ESTIMATED],
    ['estimated where half of it is there', usage(100_000, null), ESTIMATED],
    ['estimated where the prompt had no token', usage(0, 0), ESTIMATED],
    ['not known where it is beyond all models', usage(1e300, 10), UNKNOWN],
    ['not known where it is a little beyond', usage(1e8 + 1, 10), UNKNOWN],
    ['not known where it is no number', usage(100, Number.NaN), UNKNOWN],
    ['not known where it has no end', usage(Number.POSITIVE_INFINITY, 1), UNKNOWN],
    ['not known where it is negative', usage(-100, 10), UNKNOWN],
    ['not known where it is a fraction', usage(100, 10.5), UNKNOWN],
    ['not known where the cache is odd', usage(100, 10, -5), UNKNOWN],
    ['not known where it is a text', usage('100' as unknown as number, 10), UNKNOWN],
  ])('%s', async (_, reply, expected) => {
    const workspace = workspaceAt(tempFolder());
    await books(workspace).ask('t', booking('01'), limit(10, 30_000), () => Promise.resolve(reply), kept);
    // Over a restart, too.
    for (const mine of [books(workspace), books(workspace)]) expect(await mine.cost('t')).toMatchObject(expected);
  });

  test.each<[string, unknown, object | null]>([
    ['nothing where the provider refused', new ModelError('provider-down', 'HTTP 503'), null],
    ['not known where nobody can read it', new ModelError('provider-down', 'HTTP 200', { mayCost: true }), UNKNOWN],
    ['not known where it was cut', new ModelError('network', 'reset'), UNKNOWN],
  ])('%s', async (_, error, expected) => {
    const mine = books(workspaceAt(tempFolder()));
    const asked = mine.ask('t', booking('01'), limit(10, 30_000), () => Promise.reject(error as Error), kept);
    await expect(asked).rejects.toBe(error);
    if (expected === null) expect(await mine.cost('t')).toBeNull();
    else expect(await mine.cost('t')).toMatchObject(expected);
  });

  test('not known where a line of the ledger says what cannot be', async () => {
    const workspace = workspaceAt(tempFolder());
    const ledger = new LedgerStore(workspace);
    for (const [id, input] of [
      ['1', 1e300],
      ['2', -5],
    ] as const) {
      ledger.append('t', { kind: 'asked', id, at: '2026', characters: 0, reserved: 0.3, ...booking('01', 'none') });
      ledger.append('t', { kind: 'settled', id, at: '2026', usd: 1, input, output: 1, estimated: false });
    }
    expect(await books(workspace).cost('t')).toMatchObject({
      usd: 0,
      calls: 0,
      unsettled_calls: 2,
      unsettled_usd: 0.6,
    });
  });
});

describe('under a limit, a model without a known price', () => {
  test.each([
    ['of the task', { ...limit(5) }],
    ['of a module', { ...limit(0), moduleBudgetUsd: 5 }],
  ])('%s is not asked, also where it was asked before at a price', async (_, limited) => {
    const prices: Record<string, { input: number; output: number }> = { 'work/m': { input: 1, output: 10 } };
    const workspace = workspaceAt(tempFolder());
    const mine = new Books(
      new LedgerStore(workspace),
      new ReplyStore(workspace),
      createPrices(() => prices),
    );
    const ask = () => mine.ask('t', booking('01'), limited, () => Promise.resolve(REPLY), kept);
    expect(await ask()).toBe(REPLY);
    delete prices['work/m'];
    expect(await ask()).toEqual({ over: 'price' });
    prices['work/m'] = { input: 0, output: 0 };
    expect(await ask()).toBe(REPLY);
  });

  test('what another model cost tells nothing of what it may cost', async () => {
    const workspace = workspaceAt(tempFolder());
    const prices = { ...PRICES, 'work/dear': { input: 1000, output: 1000 } };
    const mine = new Books(new LedgerStore(workspace), new ReplyStore(workspace), createPrices(prices));
    await mine.ask('t', booking('01'), limit(1), () => Promise.resolve(REPLY), kept);
    const dear = { ...booking('02'), model: 'work/dear' };
    expect(await mine.ask('t', dear, limit(1, 30_000), () => Promise.resolve(REPLY), kept)).toMatchObject({
      over: 'task',
      wanted: 12,
    });
  });
});
