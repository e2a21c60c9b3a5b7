import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { connectClient } from '../../src/client/connection.ts';
import { cancelRequestedAt } from '../helpers/cancel-request.ts';
import type { CliResult } from '../helpers/cli.ts';
import { temporalWorkflow } from '../helpers/temporal-cli.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { cancelInWebUi } from '../helpers/web-ui.ts';
import { serverState } from '../helpers/engine-state.ts';
import { onlyRecord } from './outcomes.ts';
import { killAll, signalAll } from './processes.ts';
import { createRig, type Rig, type RigOptions } from './rig.ts';
import { commandsOf, MODULES, STATES, type StopState } from './stop-states.ts';

/** How long a task may run on from the cancel request, ms: also where a child process takes two seconds to kill. */
const STOP_MS = 4000;

/** How long it may take until a worker has heard of a cancel that no hold announced, ms. */
const HEARD_MS = 1000;

/** A batch with eight calls in flight. No spare: it would take over within a blink. */
async function inFlight(options: Partial<RigOptions> = {}): Promise<{ rig: Rig; id: string }> {
  const settings = 'engine: { spare: false }\n';
  const rig = await createRig({ modules: 20, latency: () => 60_000, settings, ...options });
  const id = await rig.begin();
  await until(() => rig.server.inFlight === 8, 60_000);
  return { rig, id };
}

/** Waits for the end; gives it with the number of requests that were made, also by a worker that came a moment later. */
async function endOf(rig: Rig): Promise<object> {
  await until(() => onlyRecord(rig.folder).ended_at !== null, 60_000);
  await sleep(1000);
  const { status, counts } = onlyRecord(rig.folder);
  await rig.end();
  return { status, counts, requests: rig.server.requests.length };
}

const stoppedAfter = (requests: number): object => ({ status: 'stopped', counts: { STOPPED: 20 }, requests });

/** Kills the worker while its supervisor stands still, so that none comes until `go`. */
async function withoutWorker(rig: Rig): Promise<{ readonly go: () => void }> {
  signalAll(rig, 'SIGSTOP', 'supervisor');
  killAll(rig, 'worker');
  await until(() => rig.server.inFlight === 0);
  return { go: () => void signalAll(rig, 'SIGCONT', 'supervisor') };
}

/** How a task can be told to stop. */
const WAYS = {
  'two commands at once': async (rig, id) => {
    const stops = await Promise.all([rig.run('stop', id), rig.run('stop', id)]);
    expect(stops).toMatchObject([{ code: 0 }, { code: 0 }]);
  },
  'the Web UI': ({ home }, id) => cancelInWebUi(home, id),
  'the Temporal command line': ({ home }, id) => {
    expect(temporalWorkflow(home, 'cancel', '-w', id).status).toBe(0);
    return Promise.resolve();
  },
} satisfies Record<string, (rig: Rig, id: string) => Promise<void>>;

const ALL_WAYS = Object.keys(WAYS) as (keyof typeof WAYS)[];

/** When the server took the request, and how long the task ran on from there. */
async function timesOf({ home, folder }: Rig, id: string): Promise<{ requestedAt: number; tookMs: number }> {
  const { client, connection } = await connectClient({ address: serverState(home).address });
  const requestedAt = await cancelRequestedAt(client, id);
  await connection.close();
  return { requestedAt, tookMs: Date.parse(onlyRecord(folder).stopped_at ?? '') - requestedAt };
}

/** One more stop says that there is nothing to do, and does nothing. */
async function unchangedBy({ folder }: Rig, stop: () => Promise<CliResult>): Promise<void> {
  const before = onlyRecord(folder);
  expect(await stop()).toMatchObject({ code: 0, stderr: expect.stringContaining('No change') });
  expect(onlyRecord(folder)).toEqual(before);
}

describe.skipIf(noTemporal !== undefined)('a stop', () => {
  test('by Temporal while the worker is dead: the new one starts no call', async () => {
    const { rig, id } = await inFlight();
    const { go } = await withoutWorker(rig);
    const { client, connection } = await connectClient({ address: serverState(rig.home).address });
    await client.workflow.getHandle(id).cancel();
    await connection.close();
    go();
    expect(await endOf(rig)).toEqual(stoppedAfter(8));
  });

  test('by the command line while the worker is dead: the new one starts no call', async () => {
    const { rig, id } = await inFlight();
    const { go } = await withoutWorker(rig);
    const stop = rig.start('stop', id);
    await sleep(2000);
    go();
    expect(await stop.result).toMatchObject({ code: 0 });
    expect(await endOf(rig)).toEqual(stoppedAfter(8));
  });

  test('whose worker is killed right after it closed the gate: the new one starts no call', async () => {
    const { rig, id } = await inFlight();
    rig.points.arm('gate:closed');
    expect(await rig.run('stop', id)).toMatchObject({ code: 0 });
    expect(rig.points.deaths()).toHaveLength(1);
    expect(await endOf(rig)).toEqual(stoppedAfter(8));
  });

  test.each<[keyof typeof STATES, keyof typeof WAYS]>([
    ['asks the model', 'the Web UI'],
    ['waits out the back-off of its calls', 'two commands at once'],
    ['waits for a rate limit', 'the Web UI'],
    ['is in a storm of 429', 'two commands at once'],
    ['waits for a quota', 'two commands at once'],
    ['waits for a quota', 'the Temporal command line'],
    ['is paused, with calls that go on to their end', 'two commands at once'],
    ['drains to continue as new', 'two commands at once'],
    ['drains to continue as new', 'the Temporal command line'],
    ['runs commands that ignore TERM and have children', 'two commands at once'],
    ['runs commands that ignore TERM and have children', 'the Web UI'],
  ])('of a batch that %s, by %s', async (name, way) => {
    const state: StopState = STATES[name];
    const rig = await createRig({ modules: MODULES, ...state.options() });
    const id = await state.begin(rig);
    await state.reached(rig, id);
    await WAYS[way](rig, id);
    await until(() => onlyRecord(rig.folder).status === 'stopped', 60_000);
    expect(commandsOf(rig)).toEqual([]);
    const { requestedAt, tookMs } = await timesOf(rig, id);
    console.log(`stopped ${Math.round(tookMs)} ms after the request`);
    expect(tookMs).toBeLessThan(STOP_MS);
    await unchangedBy(rig, () => rig.run('stop', id));
    // A call that came a moment later, of a child or of a worker that had not heard, would be here by now.
    await sleep(1000);
    expect(rig.server.requests.filter(({ startedAt }) => startedAt > requestedAt)).toEqual([]);
    expect(rig.server.inFlight).toBe(0);
    const { modules } = onlyRecord(rig.folder);
    expect(Object.keys(modules)).toHaveLength(MODULES);
    for (const module of Object.values(modules))
      expect(module).toMatchObject({ outcome: 'STOPPED', detail: expect.stringMatching(/^(not started|stopped in )/) });
    expect((await rig.run('list')).stdout).toMatch(new RegExp(`${id} +stopped`));
    expect((await rig.run('show', id, '--exit-status')).code).toBe(3);
    await rig.end();
  });

  test.each(ALL_WAYS)('of a batch whose calls come and go, by %s', async (way) => {
    const rig = await createRig({ modules: MODULES });
    const id = await rig.begin();
    await until(() => rig.server.requests.length >= 12, 60_000);
    await WAYS[way](rig, id);
    await until(() => onlyRecord(rig.folder).status === 'stopped', 60_000);
    const { requestedAt } = await timesOf(rig, id);
    await sleep(1000);
    const late = rig.server.requests.map(({ startedAt }) => startedAt - requestedAt).filter((ms) => ms > 0);
    console.log(`${late.length} calls started after the request`);
    // Only the command holds the task before it asks; else the worker must have heard first.
    expect(Math.max(0, ...late)).toBeLessThanOrEqual(way === 'two commands at once' ? 0 : HEARD_MS);
    expect(rig.server.inFlight).toBe(0);
    const { counts } = onlyRecord(rig.folder);
    expect(counts.STOPPED).toBeGreaterThan(0);
    expect(Object.values(counts).reduce((sum, count) => sum + count, 0)).toBe(MODULES);
    await rig.end();
  });
});
