import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectClient } from '../../src/client/connection.ts';
import type { TaskRecord } from '../../src/store/records.ts';
import { strike } from '../faults/strike.ts';
import { workerOf } from '../faults/processes.ts';
import { createHome, finished, type Home } from '../helpers/cli.ts';
import type { GeminiServer } from '../helpers/gemini-server.ts';
import { collect } from '../helpers/collect.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { serverState } from '../helpers/engine-state.ts';
import { temporalWorkflow } from '../helpers/temporal-cli.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt, startThinkingServer } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';

let latency = 300;
let server: GeminiServer;
let home: Home;
const homes: Home[] = [];

async function setup(modules: number): Promise<{ folder: string; start: () => Promise<string> }> {
  server = await startThinkingServer(() => latency);
  home = createHome(googleAt(server));
  homes.push(home);
  const folder = tempWorkspace();
  tinyWorkspace(folder, modules);
  const start = async (): Promise<string> => {
    const { stdout, stderr } = await home.run(folder, ['fix-review', 'tiny', '1', String(modules), '-b']);
    expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringMatching(/^fix-review-tiny/) });
    return stdout.trim();
  };
  return { folder, start };
}

/** Types of the failures of earlier attempts, over all calls of a task. */
async function lastFailures(id: string): Promise<string[]> {
  const { client, connection } = await connectClient({ address: serverState(home).address });
  const runs = await collect(client.workflow.list({ query: `CurBatch='${id}' AND WorkflowType='fixReviewModule'` }));
  const histories = await Promise.all(
    runs.map((run) => client.workflow.getHandle(run.workflowId, run.runId).fetchHistory()),
  );
  await connection.close();
  return histories
    .flatMap((history) => history.events ?? [])
    .flatMap((event) => event.activityTaskStartedEventAttributes?.lastFailure ?? [])
    .map((failure) => failure.applicationFailureInfo?.type ?? 'time-out');
}

const record = (folder: string, id: string): TaskRecord =>
  JSON.parse(readFileSync(join(folder, 'tasks', `${id}.json`), 'utf8')) as TaskRecord;

describe.skipIf(noTemporal !== undefined)('control of a running task', () => {
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });
  afterAll(() => expect(homes.length).toBeGreaterThan(0));

  test('stop: no call starts after the request, all are aborted, and it shows everywhere', async () => {
    latency = 60_000;
    const { folder, start } = await setup(40);
    const id = await start();
    await until(() => server.inFlight === 8);
    await sleep(1000);
    const stop = await home.run(folder, ['stop', id]);
    expect(stop).toMatchObject({ code: 0, stderr: expect.stringContaining(`Stopped ${id}`) });
    expect(server.requests).toHaveLength(8);
    expect(server.aborted).toHaveLength(8);
    expect(stop.stdout).toMatch(/STOPPED +.*stopped in review r0/);
    expect(stop.stdout).toMatch(/STOPPED +.*not started/);
    expect(record(folder, id)).toMatchObject({ status: 'stopped', counts: { STOPPED: 40 } });
    expect((await home.run(folder, ['list'])).stdout).toMatch(new RegExp(`${id} +stopped`));
    expect((await home.run(folder, ['show', id, '--exit-status'])).code).toBe(3);
    const second = await home.run(folder, ['stop', id]);
    expect(second).toMatchObject({ code: 0, stderr: expect.stringContaining('No change') });
  });

  test('the same command attaches; with other options it is refused; from many shells it is one task', async () => {
    latency = 3000;
    const { folder } = await setup(8);
    const shells = await Promise.all(
      Array.from({ length: 4 }, () => home.run(folder, ['fix-review', 'tiny', '1', '8', '-b'])),
    );
    expect(new Set(shells.map((shell) => shell.stdout)).size).toBe(1);
    const other = await home.run(folder, ['fix-review', 'tiny', '1', '8', '-b', '--max-rounds', '5']);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('maxRounds: 3 there, 5 here') });
    const watching = home.start(folder, ['fix-review', 'tiny', '1', '8']);
    const output = finished(watching);
    // Once it shows the log it listens to Ctrl-C.
    let shown = '';
    watching.stderr?.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    await until(() => shown.includes('review r0'));
    watching.kill('SIGINT');
    expect(await output).toMatchObject({ code: 8, stderr: expect.stringContaining('Detached') });
    const watched = await home.run(folder, ['watch', 'latest']);
    expect(watched.code).toBe(0);
    const again = await home.run(folder, ['fix-review', 'tiny', '1', '8', '--json']);
    expect((JSON.parse(again.stdout) as TaskRecord).counts).toEqual({ ALREADY_PASS: 8 });
    expect(server.requests).toHaveLength(8);
  });

  test('two shells at the same moment start one task, 20 times of 20', async () => {
    latency = 60_000;
    const { folder } = await setup(2);
    await home.run(folder, ['up']);
    const tries: string[][] = [];
    for (let round = 0; round < 20; round += 1) {
      const shells = [1, 2].map(() => home.run(folder, ['fix-review', 'tiny', '1', '2', '-b']));
      const ids = (await Promise.all(shells)).map((shell) => shell.stdout.trim());
      tries.push(ids);
      await home.run(folder, ['stop', ids[0] ?? '']);
    }
    expect(tries.filter(([first, second]) => first === '' || first !== second)).toEqual([]);
    expect(new Set(tries.flat()).size).toBe(20);
  });

  test('a cancel by the Temporal command line, as by the Web UI, is the same stop', async () => {
    latency = 60_000;
    const { folder, start } = await setup(20);
    const id = await start();
    await until(() => server.inFlight === 8);
    expect(temporalWorkflow(home, 'cancel', '-w', id).status).toBe(0);
    await until(() => record(folder, id).status === 'stopped');
    expect(server.aborted).toHaveLength(8);
    expect(server.requests).toHaveLength(8);
    expect((await home.run(folder, ['show', id, '--exit-status'])).code).toBe(3);
  });

  test('one module is stopped and one retried, by the CLI and by a plain signal', async () => {
    // Longer than two commands take on a busy machine: both modules must be in a call when they are stopped.
    latency = 20_000;
    const { folder, start } = await setup(12);
    const id = await start();
    await until(() => server.inFlight === 8);
    const stopped = await home.run(folder, ['stop', id, '--module', '1']);
    expect(stopped).toMatchObject({ code: 0, stdout: '1: stopped\n' });
    const signal = (name: string, input: string) =>
      temporalWorkflow(home, 'signal', '-w', id, '--name', name, '--input', input);
    expect(signal('stopModule', '"002-module"').status).toBe(0);
    await until(() => server.aborted.length === 2);
    latency = 300;
    expect(await home.run(folder, ['retry', id, '--module', '001-module'])).toMatchObject({ code: 0 });
    expect((await home.run(folder, ['watch', id])).code).toBe(1);
    expect(record(folder, id).counts).toEqual({ PASS_ON_REVIEW: 11, STOPPED: 1 });
    expect(record(folder, id).modules['002-module']?.outcome).toBe('STOPPED');
  });

  test('work files that a power cut took are made anew, and no reply that was kept is paid for again', async () => {
    latency = 1500;
    const { folder, start } = await setup(4);
    const id = await start();
    await until(() => server.inFlight === 4);
    process.kill(workerOf({ home, folder }), 'SIGKILL');
    // One is gone, the others are there and empty, as a file is that was not on the disk yet.
    const prompts = join(folder, '.batch-manager/work/prompts');
    const [first, ...others] = readdirSync(prompts).map((name) => join(prompts, name));
    rmSync(first ?? '');
    for (const file of others) writeFileSync(file, '');
    expect((await home.run(folder, ['watch', id])).code).toBe(0);
    expect(record(folder, id).counts).toEqual({ PASS_ON_REVIEW: 4 });
    expect(server.requests).toHaveLength(8);
  });

  test('kill -9 of the worker: same outcomes, and no reply is asked for twice but those in flight', async () => {
    latency = 1500;
    const { folder, start } = await setup(30);
    const id = await start();
    await until(() => server.requests.length >= 14);
    const inFlight = server.inFlight;
    const lost = await strike({ server, folder }, [workerOf({ home, folder })]);
    expect(lost).toBeLessThanOrEqual(8);
    expect((await home.run(folder, ['watch', id])).code).toBe(0);
    expect(record(folder, id).counts).toEqual({ PASS_ON_REVIEW: 30 });
    expect(server.requests.length).toBeLessThanOrEqual(30 + lost);
    // Made again because the new worker failed the dead one's attempts, not because a heartbeat time-out ran out.
    const failures = await lastFailures(id);
    expect(failures.length).toBeGreaterThanOrEqual(inFlight);
    expect(new Set(failures)).toEqual(new Set(['WorkerDied']));
  });

  test('200 modules with random latencies: never more calls in flight than the width, and up to it', async () => {
    const { folder, start } = await setup(200);
    latency = 200;
    const id = await start();
    const varying = setInterval(() => (latency = 100 + Math.random() * 900), 10);
    const { code } = await home.run(folder, ['watch', id]);
    clearInterval(varying);
    expect(code).toBe(0);
    expect(server.maxInFlight).toBe(8);
    expect(server.requests).toHaveLength(200);
  });
});
