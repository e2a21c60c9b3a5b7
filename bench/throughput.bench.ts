/**
 * How close to ideal a batch runs: ours, a p-limit script, GNU parallel, and for free calls a bare child workflow and our
 * workflows with steps that do nothing; one after the other in each round, in another order each time, because the machine
 * differs from minute to minute.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cpus } from 'node:os';
import type { TaskClient } from '../src/client/task-client.ts';
import {
  noParallel,
  runLimitScript,
  runParallel,
  startBareWorker,
  startEmptySteps,
  type ContenderWorker,
} from './contenders.ts';
import { medianAndRange, spread } from './figures.ts';
import { CALLS_A_MODULE } from './model-server.ts';
import { report, type Table } from './results.ts';
import { createRig, type Rig } from './rig.ts';
import { rounds, sized } from './rounds.ts';
import { costOf, eventsOf, type Cost, type Events } from './task-cost.ts';

const ROUNDS = rounds(0.25);
const WARM_UP = 16;

interface Cell {
  readonly latencyMs: number;
  readonly concurrency: number;
  readonly modules: number;
}

/** So many modules that the start and the last modules weigh little; a multiple of the concurrency, so that no slot idles at the end. */
const CELLS: readonly Cell[] = [
  { latencyMs: 0, concurrency: 8, modules: sized(160, 16) },
  { latencyMs: 0, concurrency: 32, modules: sized(320, 64) },
  { latencyMs: 200, concurrency: 8, modules: sized(128, 16) },
  { latencyMs: 200, concurrency: 32, modules: sized(320, 64) },
  { latencyMs: 2000, concurrency: 8, modules: sized(64, 16) },
  { latencyMs: 2000, concurrency: 32, modules: sized(192, 64) },
];

type Name = 'ours' | 'p-limit' | 'parallel' | 'empty steps' | 'bare workflow';

interface Run {
  readonly cell: Cell;
  readonly name: Name;
  readonly round: number;
  /** First call to last, as the model saw them, ms; start to end of those that call nobody. */
  readonly wallMs: number;
  /** Start to end of the task, ms. */
  readonly taskMs: number;
  /** Most calls in flight at a time; 0 where calls are free. */
  readonly mostCalls: number;
  readonly cost?: Cost;
  readonly events?: Events;
}

const missing = noParallel();
let rig: Rig;
let client: TaskClient;
let bare: ContenderWorker;
let emptySteps: ContenderWorker;
/** First module that no run has taken yet. */
let next = 1;

beforeAll(async () => {
  if (missing !== undefined) console.log(`parallel is left out: ${missing}`);
  rig = await createRig(WARM_UP + ROUNDS * CELLS.reduce((sum, { modules }) => sum + modules, 0));
  client = await rig.connect();
  bare = await startBareWorker(rig);
  emptySteps = startEmptySteps(rig);
});

afterAll(async () => {
  await bare.close();
  await emptySteps.close();
  await client.close();
  await rig.close();
});

type Times = Pick<Run, 'wallMs' | 'taskMs' | 'mostCalls'>;

/** Runs a contender and takes its times from the model's log. */
async function timed(cell: Cell, run: () => Promise<void>): Promise<Times> {
  rig.model.mostWaiting = 0;
  const before = rig.model.gemini.requests.length;
  const start = Date.now();
  await run();
  const taskMs = Date.now() - start;
  const calls = rig.model.gemini.requests.slice(before);
  const mostCalls = rig.model.mostWaiting;
  if (calls.length === 0) return { wallMs: taskMs, taskMs, mostCalls };
  expect(calls).toHaveLength(cell.modules * CALLS_A_MODULE);
  const first = Math.min(...calls.map((call) => call.startedAt));
  return { wallMs: Math.max(...calls.map((call) => call.endedAt ?? Number.NaN)) - first, taskMs, mostCalls };
}

async function ours(cell: Cell): Promise<Omit<Run, 'cell' | 'name' | 'round'>> {
  const { modules, concurrency } = cell;
  const from = next;
  next += modules;
  let times: Times = { wallMs: 0, taskMs: 0, mostCalls: 0 };
  let taskId = '';
  const cost = await costOf(rig.engine(), modules, async () => {
    times = await timed(cell, async () => {
      taskId = await rig.start(client, from, from + modules - 1, concurrency);
      const closed = await client.closed(taskId);
      expect(closed).toMatchObject({ kind: 'completed', result: { counts: { FIXED: modules } } });
    });
  });
  return { ...times, cost, events: await eventsOf(client, taskId, modules) };
}

const workerRun =
  (worker: () => ContenderWorker) =>
  async (cell: Cell): Promise<Omit<Run, 'cell' | 'name' | 'round'>> => {
    const { modules, concurrency } = cell;
    let times: Times = { wallMs: 0, taskMs: 0, mostCalls: 0 };
    const cost = await costOf({ server: rig.engine().server, worker: worker().pid }, modules, async () => {
      times = await timed(cell, () => worker().run(client, modules, concurrency));
    });
    return { ...times, cost };
  };

const CONTENDERS: Record<Name, (cell: Cell) => Promise<Omit<Run, 'cell' | 'name' | 'round'>>> = {
  ours,
  'p-limit': (cell) => timed(cell, () => runLimitScript(rig, cell.modules, cell.concurrency)),
  parallel: (cell) => timed(cell, () => runParallel(rig, cell.modules, cell.concurrency)),
  'empty steps': workerRun(() => emptySteps),
  'bare workflow': workerRun(() => bare),
};

/** Who runs in a cell, in an order that another one leads each round. */
function order(cell: Cell, round: number): readonly Name[] {
  const names: Name[] = ['ours', 'p-limit'];
  if (missing === undefined) names.push('parallel');
  if (cell.latencyMs === 0) names.push('empty steps', 'bare workflow');
  const turn = round % names.length;
  return [...names.slice(turn), ...names.slice(0, turn)];
}

test('calls / ideal, and modules a second, beside other ways to run them', async () => {
  const runs: Run[] = [];
  const warmUp = { latencyMs: 0, concurrency: 8, modules: WARM_UP };
  for (const name of order(warmUp, 0)) await CONTENDERS[name](warmUp);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const cell of CELLS) {
      rig.model.latencyMs = cell.latencyMs;
      for (const name of order(cell, round)) {
        const run = { cell, name, round, ...(await CONTENDERS[name](cell)) };
        runs.push(run);
        console.log(`round ${round + 1}: ${label(cell)}, ${name}: ${told(run)}`);
      }
    }
  }
  report({
    bench: 'throughput',
    title: 'Throughput',
    method:
      `Each module takes ${CALLS_A_MODULE} calls: a review that fails, a fix, a review that passes. ${ROUNDS} rounds, in each all contenders one after the other. ` +
      'Calls / ideal is the time from the first call to the end of the last, as the model saw them, over calls x latency / concurrency. ' +
      'Ratios are taken within a round. Modules a second are counted from the start of a task to its end; those of p-limit and parallel from first call to last. ' +
      (missing === undefined ? '' : `GNU parallel was left out: ${missing}.`),
    variables: ['BENCH_ROUNDS', 'BENCH_SIZE'],
    tables: [idealTable(runs), freeTable(runs), costTable(runs)],
    raw: runs,
  });
});

const label = ({ latencyMs, concurrency }: Cell): string =>
  `${latencyMs === 0 ? 'free' : `${latencyMs} ms`}, concurrency ${concurrency}`;

const overIdeal = ({ cell, wallMs }: Run): number =>
  wallMs / ((cell.modules * CALLS_A_MODULE * cell.latencyMs) / cell.concurrency);

/** Modules a second; the scripts' own start does not count, an engine that runs has none. */
const rate = ({ cell, name, wallMs, taskMs }: Run): number =>
  (cell.modules * 1000) / (name === 'p-limit' || name === 'parallel' ? wallMs : taskMs);

const told = (run: Run): string =>
  run.cell.latencyMs === 0 ? `${rate(run).toFixed(1)} modules/s` : `${overIdeal(run).toFixed(2)} of ideal`;

const of = (runs: readonly Run[], cell: Cell, name: Name): readonly Run[] =>
  runs.filter((run) => run.cell === cell && run.name === name);

/** Ours (or who is named) over another's value, round by round. */
function ratio(runs: readonly Run[], cell: Cell, name: Name, value: (run: Run) => number, who: Name = 'ours'): string {
  const others = of(runs, cell, name);
  const pairs = of(runs, cell, who).flatMap((mine) => {
    const other = others.find(({ round }) => round === mine.round);
    return other === undefined ? [] : [value(mine) / value(other)];
  });
  return medianAndRange(pairs);
}

/** Design targets, where there is one. */
const IDEAL_TARGETS: Readonly<Record<string, string>> = { '200/8': '<= 1.12', '2000/8': '<= 1.02' };

function idealTable(runs: readonly Run[]): Table {
  const rows = CELLS.filter(({ latencyMs }) => latencyMs > 0).map((cell) => [
    label(cell),
    String(cell.modules),
    IDEAL_TARGETS[`${cell.latencyMs}/${cell.concurrency}`] ?? '-',
    ...(['ours', 'p-limit', 'parallel'] as const).map((name) => medianAndRange(of(runs, cell, name).map(overIdeal))),
    ratio(runs, cell, 'p-limit', overIdeal),
    ratio(runs, cell, 'parallel', overIdeal),
    String(Math.max(...of(runs, cell, 'ours').map(({ mostCalls }) => mostCalls))),
  ]);
  const columns = [
    'calls',
    'modules',
    'target',
    'ours',
    'p-limit',
    'parallel',
    'ours / p-limit',
    'ours / parallel',
    'most in flight',
  ];
  return { caption: 'Calls / ideal, median (range), and the most calls of ours in flight', columns, rows };
}

function freeTable(runs: readonly Run[]): Table {
  const names = ['ours', 'empty steps', 'bare workflow', 'p-limit', 'parallel'] as const;
  const rows = CELLS.filter(({ latencyMs }) => latencyMs === 0).map((cell) => [
    label(cell),
    String(cell.modules),
    ...names.map((name) => medianAndRange(of(runs, cell, name).map(rate), 1)),
    ratio(runs, cell, 'bare workflow', rate),
    ratio(runs, cell, 'bare workflow', rate, 'empty steps'),
    ratio(runs, cell, 'empty steps', rate),
    ratio(runs, cell, 'parallel', rate),
  ]);
  return {
    caption:
      'Free calls, modules a second, median (range); targets: >= 0.85 of the bare workflow, >= 2 of GNU parallel. ' +
      'Empty steps: our workflows with steps and calls that do nothing, so without files and requests',
    columns: [
      'calls',
      'modules',
      ...names,
      'ours / bare',
      'empty steps / bare',
      'ours / empty steps',
      'ours / parallel',
    ],
    rows,
  };
}

/** Share of the machine's processor time that a run used. */
function processorsBusy({ cell, taskMs, cost }: Run): number {
  if (cost === undefined) return Number.NaN;
  const spent = (cost.serverCpuMs + cost.workerCpuMs + cost.benchCpuMs) * cell.modules;
  return spent / (taskMs * cpus().length);
}

function costTable(runs: readonly Run[]): Table {
  const rows = CELLS.flatMap((cell) =>
    (['ours', 'empty steps', 'bare workflow'] as const).flatMap((name) => {
      const costs = of(runs, cell, name).flatMap(({ cost }) => cost ?? []);
      if (costs.length === 0) return [];
      const median = (value: (cost: Cost) => number, digits: number): string =>
        spread(costs.map(value)).p50.toFixed(digits);
      const events = of(runs, cell, name).flatMap(({ events }) => events ?? []);
      const child = events.map(({ mean }) => mean);
      const batch = events.map(({ batchRuns }) => batchRuns.reduce((sum, length) => sum + length, 0) / cell.modules);
      return [
        [
          label(cell),
          name,
          median((cost) => cost.serverCpuMs, 0),
          median((cost) => cost.workerCpuMs, 0),
          median((cost) => cost.benchCpuMs, 0),
          medianAndRange(of(runs, cell, name).map(processorsBusy)),
          median((cost) => cost.requests, 1),
          events.length === 0 ? '-' : spread(child).p50.toFixed(1),
          events.length === 0 ? '-' : spread(batch).p50.toFixed(1),
        ],
      ];
    }),
  );
  return {
    caption:
      'Cost a module (medians); target: <= 30 events of a child. Processors busy: the processor time of server, worker and bench ' +
      '(client and model) over that of the whole machine in the same time; near 1, more cannot be had from this machine',
    columns: [
      'calls',
      'who',
      'server CPU ms',
      'worker CPU ms',
      'bench CPU ms',
      'processors busy',
      'requests to the server',
      'child events',
      'batch events',
    ],
    rows,
  };
}
