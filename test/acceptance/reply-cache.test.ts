/** What is paid once: over two tasks, over `--no-cache` and a kill, and over a prune while a task is open. */
import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { FaultPoints } from '../faults/points.ts';
import { distinct } from '../faults/requests.ts';
import { createHome, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import type { GeminiReply } from '../helpers/gemini-reply.ts';
import { startGeminiServer, type GeminiScript, type GeminiServer } from '../helpers/gemini-server.ts';
import { keptReplies } from '../helpers/kept-replies.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { recordOf } from '../helpers/record.ts';
import { tempFolder } from '../helpers/temp.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt, thinkingScript } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';

let server: GeminiServer;
let home: Home;
let points: FaultPoints;
afterEach(async () => {
  expect(await home.close()).toEqual([]);
  await server.close();
});

/** Reviews that do not pass, so that each task wants them anew. */
async function serve(modules: number, script: (good: GeminiReply, n: number) => GeminiReply = (good) => good) {
  const think = thinkingScript(() => 200);
  const lowered: GeminiScript = async (request) => {
    const { text = '', ...rest } = (await think(request)) as GeminiReply;
    const review = text
      .replace(/\*\*Overall Score:\*\* [\d.]+/, '**Overall Score:** 6.0')
      .replaceAll(/\bPASS\b/g, 'FAIL');
    return script({ ...rest, text: review }, request.n);
  };
  server = await startGeminiServer(lowered);
  points = new FaultPoints(join(tempFolder(), 'faults'));
  home = createHome({ ...googleAt(server), BATCH_MANAGER_FAULTS: points.folder });
  const folder = tempWorkspace();
  tinyWorkspace(folder, modules);
  return folder;
}

const review = (from: number, to: number, ...flags: string[]): string[] => [
  'fix-review',
  'tiny',
  String(from),
  String(to),
  '--review-only',
  ...flags,
];

test.skipIf(noTemporal !== undefined)(
  'two tasks that ask the same at once pay once',
  async () => {
    const folder = await serve(4);
    const begin = async (to: number): Promise<string> => (await home.run(folder, review(1, to, '-b'))).stdout.trim();
    const ids = [await begin(4), await begin(3)];
    await until(() => ids.every((id) => recordOf(folder, id)?.status === 'completed'), 90_000);
    const [first, second] = ids.map((id) => recordOf(folder, id));
    expect([first?.counts, second?.counts]).toEqual([{ REVIEWED: 4 }, { REVIEWED: 3 }]);
    expect(server.requests).toHaveLength(4);
    expect((first?.cost?.calls ?? 0) + (second?.cost?.calls ?? 0)).toBe(4);
  },
  120_000,
);

test.skipIf(noTemporal !== undefined)(
  '--no-cache asks anew, keeps what it gets, and pays nothing twice within its task, over a kill after a reply was kept',
  async () => {
    const folder = await serve(3);
    const run = async (...flags: string[]): Promise<{ asked: number; record: TaskRecord }> => {
      const before = server.requests.length;
      const { stdout } = await home.run(folder, review(1, 3, '--json', ...flags));
      return { asked: server.requests.length - before, record: JSON.parse(stdout) as TaskRecord };
    };
    expect(await run('--no-cache')).toMatchObject({ asked: 3, record: { counts: { REVIEWED: 3 } } });
    // What was got is there for others.
    expect(await run()).toMatchObject({ asked: 0, record: { counts: { REVIEWED: 3 }, cost: null } });
    points.arm('call:kept');
    const anew = await run('--no-cache', '--concurrency', '1');
    expect(points.deaths().map(({ point }) => point)).toEqual(['call:kept']);
    expect(anew).toMatchObject({
      asked: 3,
      record: { counts: { REVIEWED: 3 }, cost: { calls: 3, unsettled_calls: 0 } },
    });
    expect(await run()).toMatchObject({ asked: 0 });
    expect(distinct(server).size).toBe(3);
  },
  120_000,
);

test.skipIf(noTemporal !== undefined)(
  'a prune while a task is open takes the replies of others and none of its own',
  async () => {
    let holdsUp = true;
    const folder = await serve(4, (good, n) => (n === 4 && holdsUp ? { hang: true } : good));
    expect(await home.run(folder, review(4, 4))).toMatchObject({ code: 0 });
    const id = (await home.run(folder, review(1, 3, '-b'))).stdout.trim();
    await until(() => keptReplies(folder) === 3 && server.requests.length === 4, 60_000);
    makeOld(folder);
    const pruned = await home.run(folder, ['cache', '--prune', '--older-than', '1d', '--json']);
    expect(JSON.parse(pruned.stdout)).toMatchObject({ removed: 1, replies: 2, open_tasks: [id] });
    expect(await home.run(folder, ['stop', id])).toMatchObject({ code: 0 });
    holdsUp = false;
    expect(await home.run(folder, review(1, 3))).toMatchObject({ code: 0 });
    // Only what hung is asked again.
    expect(server.requests).toHaveLength(5);
  },
  120_000,
);

function makeOld(folder: string): void {
  const replies = join(folder, '.batch-manager/replies');
  const at = new Date(Date.now() - 10 * 86_400_000);
  for (const name of readdirSync(replies, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.json')) utimesSync(join(replies, name), at, at);
}
