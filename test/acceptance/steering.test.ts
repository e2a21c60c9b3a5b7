/** Pause, resume, set, skip, retry and the hard stop, as a person types them, on real processes. */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { LimitStore } from '../../src/store/limits.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { workerOf } from '../faults/processes.ts';
import { createHome, marked, type CliResult, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { dailyQuota, unavailable, type GeminiReply } from '../helpers/gemini-reply.ts';
import { startGeminiServer, type GeminiScript, type GeminiServer } from '../helpers/gemini-server.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { recordOf } from '../helpers/record.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt, thinkingScript } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';

let server: GeminiServer;
let home: Home;

interface Workspace {
  readonly folder: string;
  readonly run: (...args: string[]) => Promise<CliResult>;
}

async function setup(modules: number, script: GeminiScript, settings = ''): Promise<Workspace> {
  server = await startGeminiServer(script);
  home = createHome(googleAt(server));
  const folder = tempWorkspace();
  tinyWorkspace(folder, modules);
  appendFileSync(join(folder, 'batch-manager.yaml'), settings);
  return { folder, run: (...args) => home.run(folder, args) };
}

/** Refuses what is asked about some modules. */
function failing(numbers: () => readonly number[], reply: GeminiReply): GeminiScript {
  const think = thinkingScript(() => 50);
  return (request) => {
    const isWanted = numbers().some((number) => request.prompt.includes(`${String(number).padStart(3, '0')}-module`));
    return isWanted ? reply : think(request);
  };
}

const overloaded: GeminiReply = { ...unavailable(), headers: { 'retry-after': '1' } };

const refused: GeminiReply = {
  status: 400,
  body: { error: { code: 400, message: 'no', status: 'INVALID_ARGUMENT' } },
};

describe.skipIf(noTemporal !== undefined)('steering', () => {
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test('a paused task lets its engine end; resume brings it back, and nothing is asked again', async () => {
    const { folder, run } = await setup(
      12,
      // So long that most modules are still to come when the command gets there.
      thinkingScript(() => 1200),
      'engine: { idle-minutes: 0.05 }\n',
    );
    const id = (await run('fix-review', 'tiny', '1', '12', '--concurrency', '2', '-b')).stdout.trim();
    await until(() => server.requests.length >= 3, 60_000);
    const paused = await run('pause', id, '--reason', 'lunch');
    expect(paused).toMatchObject({ code: 0, stderr: `Go on: batch-manager resume ${id}\n` });
    expect(paused.stdout).toMatch(/^paused/);
    expect(await run('pause', id)).toMatchObject({ code: 0, stdout: 'no change: it is paused already\n' });
    expect((await run('list')).stdout).toMatch(new RegExp(`${id}\\s+paused`));
    await until(() => recordOf(folder, id)?.status === 'paused');
    await until(() => marked(home.folder).length === 0, 60_000);
    const asked = server.requests.length;
    const shown = await run('show', id);
    expect(shown.stdout).toMatch(/paused by \S+@\S+ \(lunch\)\. Go on: batch-manager resume/);

    expect(await run('resume', id)).toMatchObject({ code: 0, stdout: 'goes on\n' });
    expect((await run('watch', id)).code).toBe(0);
    expect(recordOf(folder, id)).toMatchObject({ status: 'completed', counts: { PASS_ON_REVIEW: 12 } });
    expect(asked).toBeLessThan(12);
    expect(server.requests).toHaveLength(12);
    expect((await run('show', id)).stdout).toMatch(/Steered:\n.* pause .*lunch.*\n.* resume .*goes on by \S+@\S+\n/);
    const { code, stderr } = await run('resume', id);
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining(`is completed already`) });
  });

  test('a call that comes out of its back-off while a stop holds the task is not made before the hold is over', async () => {
    const think = thinkingScript(() => 0);
    const { folder, run } = await setup(1, (request) => (server.requests.length === 1 ? overloaded : think(request)));
    const limits = new LimitStore(workspaceAt(folder));
    const id = (await run('fix-review', 'tiny', '1', '1', '-b')).stdout.trim();
    await until(() => server.requests.length === 1, 60_000);
    await limits.hold(id);
    // Not for longer: the worker takes a hold that stays for a stop, and sees it through.
    await sleep(2000);
    expect(server.requests).toHaveLength(1);
    await limits.release(id);
    expect(await run('watch', id)).toMatchObject({ code: 0 });
    expect(recordOf(folder, id)).toMatchObject({ status: 'completed', cost: { unsettled_calls: 0 } });
  });

  test('another model is the way out of a quota; one without a key changes nothing', async () => {
    const think = thinkingScript(() => 50);
    const { folder, run } = await setup(6, (request) =>
      request.model === 'gemini-2.5-flash' ? dailyQuota() : think(request),
    );
    const id = (await run('fix-review', 'tiny', '1', '6', '-b')).stdout.trim();
    await until(() => recordOf(folder, id)?.status === 'waiting', 60_000);
    const none = await run('set', id, '--model', 'anthropic/claude-sonnet-4-5');
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('ANTHROPIC_API_KEY') });
    const other = ['--model', 'gemini-2.5-pro', '--review-model', 'gemini-2.5-pro'];
    expect(await run('set', id, ...other)).toMatchObject({
      code: 0,
      stdout:
        'model google/gemini-2.5-flash to google/gemini-2.5-pro, review model google/gemini-2.5-flash to google/gemini-2.5-pro\n',
    });
    expect((await run('watch', id)).code).toBe(0);
    expect(recordOf(folder, id)).toMatchObject({
      model: 'google/gemini-2.5-pro',
      counts: { PASS_ON_REVIEW: 6 },
    });
    expect(await run('set', id)).toMatchObject({ code: 2 });
  });

  test('what failed runs again: in the task, after it in a task of its own, and by --only-failed', async () => {
    let broken = [2, 3, 5];
    const { folder, run } = await setup(
      6,
      failing(() => broken, refused),
    );
    const first = (await run('fix-review', 'tiny', '1', '6', '-b')).stdout.trim();
    expect((await run('watch', first)).code).toBe(1);
    expect(recordOf(folder, first)?.counts).toEqual({ PASS_ON_REVIEW: 3, ERROR: 3 });
    expect(await run('retry', first, '--failed', '--class', 'nonsense')).toMatchObject({ code: 2 });
    expect(await run('retry', first, '--failed', '--class', 'quota')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('failed with quota'),
    });
    broken = [5];
    const second = (await run('retry', first, '--failed', '--class', 'bad-request')).stdout.trim();
    expect((await run('watch', second)).code).toBe(1);
    expect(recordOf(folder, second)).toMatchObject({
      modules_selected: '2-3,5',
      retry_of: first,
      counts: { PASS_ON_REVIEW: 2, ERROR: 1 },
    });
    expect((await run('show', second)).stdout).toContain(`runs modules of ${first} again`);
    broken = [];
    const third = await run('fix-review', 'tiny', '--only-failed', second);
    expect(third.code).toBe(0);
    expect(await run('fix-review', 'tiny', '1', '2', '--only-failed', second)).toMatchObject({ code: 2 });
    expect(await run('retry', second)).toMatchObject({ code: 2 });
  });

  test('drained, skipped, and terminated where nothing else helps', async () => {
    const { folder, run } = await setup(
      // More than the three commands that steer it take, also on a busy machine.
      40,
      thinkingScript(() => 1500),
    );
    const first = (await run('fix-review', 'tiny', '1', '40', '--concurrency', '2', '-b')).stdout.trim();
    await until(() => server.requests.length >= 2, 60_000);
    expect(await run('skip', first, '--module', '40')).toMatchObject({ stdout: '40: skipped before it started\n' });
    expect((await run('stop', first, '--drain')).stdout).toMatch(/^starts nothing more; \d+ open modules end first\n$/);
    expect((await run('watch', first)).code).toBe(3);
    const { counts, status } = recordOf(folder, first) ?? {};
    expect(status).toBe('stopped');
    expect(counts).toMatchObject({ SKIPPED: 1, STOPPED: expect.any(Number), PASS_ON_REVIEW: expect.any(Number) });
    expect(Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(server.aborted).toEqual([]);

    const second = (await run('fix-review', 'tiny', '1', '40', '--force', '-b')).stdout.trim();
    const before = server.requests.length;
    await until(() => server.requests.length > before, 60_000);
    // A worker that hears nothing: no stop is answered.
    const worker = workerOf({ home, folder });
    process.kill(worker, 'SIGSTOP');
    try {
      expect(await run('stop', second, '--drain', '--force')).toMatchObject({ code: 2 });
      const forced = await run('stop', second, '--force', '2s');
      expect(forced).toMatchObject({ code: 0, stderr: expect.stringContaining(`Terminated ${second}`) });
    } finally {
      process.kill(worker, 'SIGCONT');
    }
    expect(recordOf(folder, second)).toMatchObject({ status: 'terminated' });
    expect(readFileSync(join(folder, 'tasks', `${first}.output`), 'utf8')).toContain(' drain ');
  });

  test('modules that cannot pass wait for a person, over a kill of the worker, and end as the person says', async () => {
    const { folder, run } = await setup(
      4,
      thinkingScript(() => 20),
    );
    const start = ['fix-review', 'tiny', '1', '4', '--ask', '--max-rounds', '0', '--pass-score', '10', '-b'];
    const id = (await run(...start)).stdout.trim();
    const waiting = (modules: string): boolean =>
      recordOf(folder, id)?.reason === `waiting for a person's answer to ${modules}`;
    await until(() => waiting('4 modules'), 60_000);
    process.kill(workerOf({ home, folder }), 'SIGKILL');
    const { stdout } = await run('show', id);
    expect(stdout).toMatch(/Needs you:\n {2}001-module: FAIL_AFTER_RETRIES: 0 rounds used: score [\d.]+/);
    expect(stdout).toContain(`batch-manager answer ${id} SLUG accept|retry|skip`);
    const asked = server.requests.length;

    expect(await run('answer', id, '1', 'accept')).toMatchObject({ code: 0, stdout: '1: taken as it is\n' });
    expect(await run('answer', id, '2', 'skip', '--note', 'too old')).toMatchObject({ stdout: '2: skipped\n' });
    expect(await run('stop', id, '--module', '4')).toMatchObject({ code: 0 });
    await run('set', id, '--max-rounds', '1');
    expect(await run('answer', id, '3', 'retry', '--note', 'keep the poem')).toMatchObject({ code: 0 });
    await until(() => recordOf(folder, id)?.modules['003-module']?.question?.includes('1 round used') === true, 60_000);
    const [fix, ...more] = server.requests.filter(({ prompt }) => prompt.includes('===CONTENT_START==='));
    expect(fix?.prompt).toContain('A person who looked at the module says: keep the poem');
    expect(more).toEqual([]);
    // What the others end with is known from the replies that are kept.
    expect(server.requests.length).toBeLessThanOrEqual(asked + 3);
    expect(await run('answer', id, '3', 'maybe')).toMatchObject({ code: 2 });
    expect(await run('answer', id, '1', 'accept')).toMatchObject({
      stdout: '1: no change: it had ended as ACCEPTED\n',
    });
    expect(await run('answer', id, '3', 'accept')).toMatchObject({ code: 0 });
    expect((await run('watch', id)).code).toBe(1);
    const record = recordOf(folder, id);
    expect(record?.counts).toEqual({ ACCEPTED: 2, SKIPPED: 1, STOPPED: 1 });
    expect(record?.modules['002-module']?.detail).toMatch(/skipped by \S+@\S+ \(too old\)$/);
    expect(Object.values(record?.modules ?? {}).map(({ question }) => question)).toEqual([null, null, null, null]);
  });

  test('a question that nobody answers ends the module as without it', async () => {
    const { folder, run } = await setup(
      2,
      thinkingScript(() => 20),
      'ask: true\nask-deadline: 2s\n',
    );
    const result = await run('fix-review', 'tiny', '1', '2', '--max-rounds', '0', '--pass-score', '10');
    expect(result.code).toBe(1);
    const record = recordOf(folder, result.stderr.match(/fix-review-tiny\S+\d/)?.[0] ?? '');
    expect(record?.counts).toEqual({ FAIL_AFTER_RETRIES: 2 });
    expect(record?.modules['001-module']?.detail).toContain('nobody answered in time');
    expect(server.requests).toHaveLength(2);
  });
});
