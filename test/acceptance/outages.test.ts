/**
 * Providers that are down, and causes that concern all modules: an outage costs no module, and goes on by itself; what a person
 * has to mend pauses the task at its first module, with the command that mends it. Waits are a fiftieth of the real ones.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { createHome, type CliResult, type Home } from '../helpers/cli.ts';
import { dailyQuota, geminiError, type GeminiReply } from '../helpers/gemini-reply.ts';
import { startGeminiServer, type GeminiRequest, type GeminiServer } from '../helpers/gemini-server.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt, thinkingScript } from '../helpers/thinking-server.ts';
import { recordOf } from '../helpers/record.ts';
import { until } from '../helpers/until.ts';

let server: GeminiServer;
let home: Home;
let folder: string;

const think = thinkingScript(() => 20);
const down: GeminiReply = geminiError(503, 'UNAVAILABLE', 'overloaded');
const internal: GeminiReply = geminiError(500, 'INTERNAL', 'internal');

/** A workspace whose provider fails as told, and otherwise answers as the offline model does. */
async function setUp(
  modules: number,
  fail: (request: GeminiRequest) => GeminiReply | null,
  scale = 0.02,
): Promise<void> {
  server = await startGeminiServer(async (request) => fail(request) ?? think(request));
  home = createHome({ ...googleAt(server), BATCH_MANAGER_WAIT_SCALE: String(scale) });
  folder = tempWorkspace();
  tinyWorkspace(folder, modules);
}

const run = (...args: string[]): Promise<CliResult> => home.run(folder, args);
const start = async (modules: number, ...flags: string[]): Promise<string> =>
  (await run('fix-review', 'tiny', '1', String(modules), '-b', ...flags)).stdout.trim();
const record = (id: string): TaskRecord | null => recordOf(folder, id);
const reached = (id: string, status: TaskRecord['status']): Promise<void> =>
  until(() => record(id)?.status === status, 60_000);

describe.skipIf(noTemporal !== undefined)('a provider that is down', () => {
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test('503 of all: no module fails, few requests are made meanwhile, and the task goes on by itself', async () => {
    let isDown = true;
    await setUp(6, () => (isDown ? down : null));
    const id = await start(6);
    await reached(id, 'waiting');
    expect(record(id)).toMatchObject({ wait: 'outage', counts: {} });
    expect(record(id)?.reason).toMatch(/^waiting for google\/gemini-2\.5-flash: .*503.*; down since \S+Z$/);
    expect((await run('show', id)).stdout).toContain('waiting for google/gemini-2.5-flash');
    const asked = server.requests.length;
    // Each module may ask four times before it waits; then one asks for all, now and then.
    expect(asked).toBeLessThanOrEqual(4 * 6 + 4);
    const { reason } = record(id) ?? {};
    await until(() => server.requests.length >= asked + 3, 60_000);
    expect(record(id)).toMatchObject({ wait: 'outage', reason });
    isDown = false;
    await reached(id, 'completed');
    expect(record(id)?.counts).toEqual({ PASS_ON_REVIEW: 6 });
  }, 120_000);

  test('nobody at the address: the same, also over the death of the worker', async () => {
    await setUp(4, () => null);
    const port = Number(new URL(server.url).port);
    await server.close();
    const id = await start(4);
    await reached(id, 'waiting');
    expect(record(id)).toMatchObject({ wait: 'outage', counts: {} });
    expect(record(id)?.reason).toMatch(/^waiting for google: .*ECONNREFUSED/);
    await run('down', '--now');
    server = await startGeminiServer(think, port);
    await run('up');
    await reached(id, 'completed');
    expect(record(id)?.counts).toEqual({ PASS_ON_REVIEW: 4 });
    expect(server.requests).toHaveLength(4);
  }, 120_000);

  test('a request that makes the provider fail each time ends its own module, and holds up no other', async () => {
    await setUp(12, ({ prompt }) => (prompt.includes('tiny/003-module') ? internal : null));
    const id = await start(12, '--concurrency', '2');
    await reached(id, 'completed');
    expect(record(id)?.counts).toEqual({ PASS_ON_REVIEW: 11, ERROR: 1 });
    expect(record(id)?.modules['003-module']).toMatchObject({ outcome: 'ERROR', failure: 'ProviderDown' });
  }, 120_000);

  test('an outage longer than outage-limit pauses the task with a word; resume waits it out again', async () => {
    let isDown = true;
    await setUp(2, () => (isDown ? down : null));
    home.env['BATCH_MANAGER_OUTAGE_LIMIT'] = '3s';
    const id = await start(2);
    await reached(id, 'paused');
    expect(record(id)).toMatchObject({ wait: 'outage', counts: {} });
    expect(record(id)?.reason).toContain(`longer than outage-limit. Go on: batch-manager resume ${id}`);
    isDown = false;
    expect(await run('resume', id)).toMatchObject({ code: 0 });
    await reached(id, 'completed');
    expect(record(id)?.counts).toEqual({ PASS_ON_REVIEW: 2 });
  }, 120_000);

  test('resume --now asks at once where a provider said to wait, and only then', async () => {
    let isOver = false;
    await setUp(3, () => (isOver ? null : dailyQuota()), 1);
    const id = await start(3);
    await reached(id, 'waiting');
    expect(record(id)?.wait).toBe('quota');
    const asked = server.requests.length;
    expect((await run('resume', id)).stdout).toContain(`batch-manager resume ${id} --now`);
    isOver = true;
    expect((await run('resume', id, '--now')).stdout).toContain('asks google/gemini-2.5-flash again at once');
    await reached(id, 'completed');
    expect(record(id)?.counts).toEqual({ PASS_ON_REVIEW: 3 });
    expect(server.requests).toHaveLength(asked + 3);
  }, 120_000);
});

const REFUSALS: readonly [string, GeminiReply, RegExp][] = [
  [
    'a key that is refused',
    geminiError(401, 'UNAUTHENTICATED', 'no'),
    /batch-manager auth google && batch-manager resume/,
  ],
  [
    'a model that is not found',
    geminiError(404, 'NOT_FOUND', 'no'),
    /batch-manager set \S+ --model PROVIDER\/MODEL && /,
  ],
  ['a quota of none', geminiError(429, 'RESOURCE_EXHAUSTED', 'limit: 0, model: x'), /Mend the account/],
  ['an address that is no API', { status: 404, body: '<html>' }, /Mend it, then go on: batch-manager resume/],
];

describe.skipIf(noTemporal !== undefined)('what concerns all modules', () => {
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test.each(REFUSALS)(
    '%s pauses the task at its first module, which is not failed',
    async (_, refusal, mend) => {
      let isMended = false;
      await setUp(9, () => (isMended ? null : refusal));
      const id = await start(9, '--concurrency', '2');
      await reached(id, 'paused');
      expect(record(id)).toMatchObject({ wait: 'breaker', counts: {} });
      expect(record(id)?.reason).toMatch(mend);
      // Those in flight when it met the first.
      expect(server.requests.length).toBeLessThanOrEqual(4);
      isMended = true;
      await run('resume', id);
      await reached(id, 'completed');
      expect(record(id)?.counts).toEqual({ PASS_ON_REVIEW: 9 });
    },
    120_000,
  );
});
