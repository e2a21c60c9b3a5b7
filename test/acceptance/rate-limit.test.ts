/** Providers that ask to wait: shared by all calls of the model, over tasks and workspaces, at the cost of no try. */
import { afterEach, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { createHome, type Home } from '../helpers/cli.ts';
import { dailyQuota, rateLimited, type GeminiReply } from '../helpers/gemini-reply.ts';
import { startGeminiServer, type GeminiServer } from '../helpers/gemini-server.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt, thinkingScript } from '../helpers/thinking-server.ts';
import { recordOf } from '../helpers/record.ts';
import { until } from '../helpers/until.ts';

let server: GeminiServer;
let home: Home;
afterEach(async () => {
  expect(await home.close()).toEqual([]);
  await server.close();
});

/** A server that answers some requests with a refusal, and the others as the offline model does. */
async function serve(refuse: (n: number, prompt: string) => GeminiReply | null): Promise<void> {
  const think = thinkingScript(() => 20);
  server = await startGeminiServer(async (request) => refuse(request.n, request.prompt) ?? think(request));
  home = createHome(googleAt(server));
}

function workspace(modules: number): string {
  const folder = tempWorkspace();
  tinyWorkspace(folder, modules);
  return folder;
}

test.skipIf(noTemporal !== undefined)(
  'a storm of rate limits in all their forms: the wait is kept by all, no try or round is used up, the batch completes',
  async () => {
    // Every call is refused twice, with a wait of a second or so, said in three ways.
    const refused = new Map<string, number>();
    const forms: (() => GeminiReply)[] = [
      () => rateLimited('1.2s'),
      () => ({ ...rateLimited(), headers: { 'retry-after': '1' } }),
      () => ({ ...rateLimited(), headers: { 'retry-after': new Date(Date.now() + 2000).toUTCString() } }),
    ];
    const closedUntil: { from: number; to: number }[] = [];
    await serve((n, prompt) => {
      const times = (refused.get(prompt) ?? 0) + 1;
      refused.set(prompt, times);
      if (times > 2) return null;
      closedUntil.push({ from: Date.now(), to: Date.now() + 950 });
      return forms[n % 3]?.() ?? null;
    });
    const folder = workspace(6);
    const { code, stdout } = await home.run(folder, ['fix-review', 'tiny', '1', '6', '--json']);
    const { counts, modules } = JSON.parse(stdout) as TaskRecord;
    expect({ code, counts }).toEqual({ code: 0, counts: { PASS_ON_REVIEW: 6 } });
    expect(Object.values(modules).map(({ rounds }) => rounds)).toEqual([0, 0, 0, 0, 0, 0]);
    // Once the first burst is in, nothing is asked while the gate is closed, but what was on its way when it closed.
    const burst = closedUntil[0]?.from ?? 0;
    const early = server.requests.filter(({ startedAt }) =>
      closedUntil.some(({ from, to }) => from > burst + 500 && startedAt > from + 400 && startedAt < to),
    );
    expect(early).toEqual([]);
    expect(server.requests).toHaveLength(18);
  },
  120_000,
);

test.skipIf(noTemporal !== undefined)(
  'a quota for the day parks the task, says until when, asks nothing more in any workspace, and is stopped at once',
  async () => {
    await serve(() => dailyQuota());
    const folder = workspace(5);
    const started = await home.run(folder, ['fix-review', 'tiny', '1', '5', '-b', '--concurrency', '2']);
    const id = started.stdout.trim();
    await until(() => recordOf(folder, id)?.status === 'waiting', 30_000);
    const asked = server.requests.length;
    expect(asked).toBeLessThanOrEqual(2);
    expect(recordOf(folder, id)?.reason).toMatch(/^waiting for quota until \S+Z \(google\/gemini-2\.5-flash\)$/);
    expect((await home.run(folder, ['show', id])).stdout).toContain('waiting for quota until');
    const other = workspace(2);
    const second = (await home.run(other, ['fix-review', 'tiny', '1', '2', '-b'])).stdout.trim();
    await until(() => recordOf(other, second)?.status === 'waiting', 30_000);
    expect(server.requests).toHaveLength(asked);
    expect((await home.run(folder, ['stop', id])).code).toBe(0);
    expect(recordOf(folder, id)).toMatchObject({ status: 'stopped', counts: { STOPPED: 5 } });
  },
  120_000,
);
