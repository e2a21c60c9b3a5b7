/** How fast a stop is: from the cancel request to the last abort and to the closed task, and whether any call starts after it. */
import { afterAll, beforeAll, test } from 'vitest';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskClient } from '../src/client/task-client.ts';
import { LimitStore } from '../src/store/limits.ts';
import { workspaceAt, type Workspace } from '../src/store/workspace.ts';
import { writeTree } from '../test/helpers/curriculum.ts';
import { until } from '../test/helpers/until.ts';
import { copyOf } from '../test/helpers/workspaces.ts';
import { spread } from './figures.ts';
import { report, type Table } from './results.ts';
import { createRig, type Rig } from './rig.ts';
import { rounds } from './rounds.ts';

const ROUNDS = rounds();
const MODULES = 40;
const CONCURRENCY = 8;

let rig: Rig;
let client: TaskClient;

beforeAll(async () => {
  rig = await createRig(MODULES);
  rig.model.latencyMs = 120_000;
  client = await rig.connect();
});

afterAll(async () => {
  report({
    bench: 'stop',
    title: 'Stop',
    method:
      'As the command does it: hold, cancel, wait until the task is closed. Concurrency 8, window 16, calls that take two minutes. ' +
      'In the last kind no model is called: 16 audit commands run that ignore TERM.',
    variables: ['BENCH_ROUNDS'],
    tables: [stopTable(), callTable()],
    raw: kinds,
  });
  await client.close();
  await rig.close();
});

interface Stop {
  readonly lastAbort: number;
  readonly closed: number;
  readonly late: number;
  readonly inFlight: number;
}

const start = (of: Workspace): Promise<string> => rig.start(client, 1, MODULES, CONCURRENCY, of);

/** As the stop command does it: hold, cancel, wait until closed. */
async function stop(of: Workspace, taskId: string): Promise<Stop> {
  const server = rig.model.gemini;
  const { inFlight } = server;
  const before = server.requests.length;
  await new LimitStore(of).hold(taskId);
  const requested = Date.now();
  await client.cancel(taskId);
  await client.closed(taskId);
  const closed = Date.now() - requested;
  await until(() => server.inFlight === 0);
  const aborts = server.requests
    .slice(before - inFlight)
    .map((request) => (request.abortedAt ?? Number.NaN) - requested);
  const late = server.requests.filter((request) => request.startedAt > requested).length;
  return { lastAbort: Math.max(0, ...aborts), closed, late, inFlight };
}

interface Kind {
  readonly name: string;
  /** Design target of the last abort and of the closed task. */
  readonly targets: readonly [string, string];
  readonly stops: readonly Stop[];
}

const kinds: Kind[] = [];

const ms = (values: readonly number[]): string[] => {
  const { n, min, p50, p95, max } = spread(values);
  return [n, min, p50, p95, max].map((value) => String(Math.round(value)));
};

function stopTable(): Table {
  return {
    caption: 'From the cancel request, ms',
    columns: ['stop', 'until', 'target p95', 'n', 'min', 'p50', 'p95', 'max'],
    rows: kinds.flatMap(({ name, targets, stops }) => [
      [name, 'last call aborted', targets[0], ...ms(stops.map((one) => one.lastAbort))],
      [name, 'task closed', targets[1], ...ms(stops.map((one) => one.closed))],
    ]),
  };
}

function callTable(): Table {
  return {
    caption: 'Calls; target: none starts after the request',
    columns: ['stop', 'in flight at the request', 'started after it'],
    rows: kinds.map(({ name, stops }) => {
      const inFlight = stops.map((one) => one.inFlight);
      const late = stops.reduce((sum, one) => sum + one.late, 0);
      return [name, `${Math.min(...inFlight)}-${Math.max(...inFlight)}`, String(late)];
    }),
  };
}

test('stop with 8 calls in flight and 8 waiting', async () => {
  const stops: Stop[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const taskId = await start(rig.workspace);
    await until(() => rig.model.gemini.inFlight === CONCURRENCY);
    await sleep(700);
    stops.push(await stop(rig.workspace, taskId));
  }
  kinds.push({ name: '8 in flight, 8 waiting', targets: ['100', '600'], stops });
});

test('stop 20-120 ms after the start, in the burst of child starts', async () => {
  const stops: Stop[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const taskId = await start(rig.workspace);
    await sleep(20 + (100 * round) / ROUNDS);
    stops.push(await stop(rig.workspace, taskId));
  }
  kinds.push({ name: '20-120 ms after the start', targets: ['200', '600'], stops });
});

test('stop while audit commands ignore TERM', async () => {
  const other = workspaceAt(copyOf(rig.workspace.root));
  rmSync(other.state, { recursive: true, force: true });
  writeTree(other.root, { 'stubborn.sh': 'trap "" TERM\nsleep 300 &\nwhile :; do sleep 1; done\n' });
  const settings = readFileSync(join(other.root, 'batch-manager.yaml'), 'utf8');
  writeTree(other.root, {
    'batch-manager.yaml': `${settings}audit:\n  command: sh ${join(other.root, 'stubborn.sh')} {file}\n`,
  });
  await client.close();
  client = await rig.connect(other);
  const stops: Stop[] = [];
  for (let round = 0; round < Math.min(5, ROUNDS); round += 1) {
    const taskId = await start(other);
    await sleep(2500);
    stops.push(await stop(other, taskId));
  }
  kinds.push({ name: '16 audit commands that ignore TERM', targets: ['-', '4000'], stops });
  rmSync(other.root, { recursive: true, force: true });
});
