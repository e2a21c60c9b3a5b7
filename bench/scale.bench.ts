/** Whether long batches stay as fast and as small as short ones: free calls, BENCH_SCALE modules (default 100,1000). */
import { afterEach, expect, test } from 'vitest';
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { TaskClient } from '../src/client/task-client.ts';
import { collect } from '../test/helpers/collect.ts';
import { finished } from '../test/helpers/cli.ts';
import { isLastCall } from './model-server.ts';
import { peakRssMb } from './process-facts.ts';
import { report, type Table } from './results.ts';
import { createRig, type Rig } from './rig.ts';
import { costOf, eventsOf, type Cost, type Events } from './task-cost.ts';

const SIZES = (process.env.BENCH_SCALE ?? '100,1000').split(',').map(Number);
const CONCURRENCY = 16;
/** Children that may be open: as many wait as run. */
const WINDOW = 2 * CONCURRENCY;

/** How often the command's memory is read, ms: there is nothing to read once it has ended. */
const LOOK_EVERY_MS = 250;

interface Size {
  readonly modules: number;
  /** Modules a second: from the first call to the last, and of the first and last thousand (or tenth). */
  readonly rate: number;
  readonly share: number;
  readonly firstRate: number;
  readonly lastRate: number;
  readonly mostCalls: number;
  readonly mostChildren: number;
  readonly events: Events;
  readonly cost: Cost;
  /** Bytes of the database with its log, before and after. */
  readonly databaseBefore: number;
  readonly databaseAfter: number;
  /** Highest memory, MB. */
  readonly rss: { readonly server: number; readonly worker: number; readonly command: number };
}

let rig: Rig;
let client: TaskClient;

afterEach(async () => {
  await client.close();
  await rig.close();
});

/** Runs a batch by the command in the foreground, as a person sees it; gives its task and the command's highest memory. */
async function runCommand(modules: number): Promise<{ taskId: string; rssMb: number }> {
  const args = ['fix-review', 'tiny', '1', String(modules), '--concurrency', String(CONCURRENCY), '--json'];
  const command = rig.home.start(rig.workspace.root, args);
  let rssMb = 0;
  const looking = setInterval(() => {
    const now = peakRssMb(command.pid ?? 0);
    if (!Number.isNaN(now)) rssMb = now;
  }, LOOK_EVERY_MS);
  const { code, stdout, stderr } = await finished(command);
  clearInterval(looking);
  expect({ code, stderr: stderr.slice(-500) }).toMatchObject({ code: 0 });
  const record = JSON.parse(stdout) as { task_id: string; counts: object };
  expect(record.counts).toEqual({ FIXED: modules });
  return { taskId: record.task_id, rssMb };
}

function databaseBytes(): number {
  const { database } = rig.engine();
  const names = readdirSync(dirname(database)).filter((name) => name.startsWith(basename(database)));
  return names.reduce((sum, name) => sum + statSync(join(dirname(database), name)).size, 0);
}

/** Most children open at a time, counted over the histories of a batch's runs; a run is left with none open. */
async function mostOpen({ client }: TaskClient, taskId: string): Promise<number> {
  let most = 0;
  for (const { runId } of await collect(client.workflow.list({ query: `WorkflowId = '${taskId}'` }))) {
    const { events } = await client.workflow.getHandle(taskId, runId).fetchHistory();
    let open = 0;
    for (const event of events ?? []) {
      if (event.startChildWorkflowExecutionInitiatedEventAttributes) open += 1;
      if (event.childWorkflowExecutionCompletedEventAttributes) open -= 1;
      most = Math.max(most, open);
    }
  }
  return most;
}

async function measure(modules: number): Promise<Size> {
  rig = await createRig(modules);
  client = await rig.connect();
  const { gemini } = rig.model;
  const databaseBefore = databaseBytes();
  let run = { taskId: '', rssMb: Number.NaN };
  const cost = await costOf(rig.engine(), modules, async () => {
    run = await runCommand(modules);
  });
  const { server, worker } = rig.engine();
  const ends = gemini.requests.filter((call) => isLastCall(call.prompt)).map((call) => call.endedAt ?? Number.NaN);
  const times = [Math.min(...gemini.requests.map((call) => call.startedAt)), ...ends.toSorted((a, b) => a - b)];
  const rate = (from: number, to: number): number =>
    ((to - from) * 1000) / ((times[to] ?? Number.NaN) - (times[from] ?? Number.NaN));
  const share = Math.min(1000, Math.ceil(modules / 10));
  return {
    modules,
    rate: rate(0, modules),
    share,
    firstRate: rate(0, share),
    lastRate: rate(modules - share, modules),
    mostCalls: gemini.maxInFlight,
    mostChildren: await mostOpen(client, run.taskId),
    events: await eventsOf(client, run.taskId, modules),
    cost,
    databaseBefore,
    databaseAfter: databaseBytes(),
    rss: { server: peakRssMb(server), worker: peakRssMb(worker), command: run.rssMb },
  };
}

const mb = (bytes: number): string => (bytes / 2 ** 20).toFixed(1);

function rateTable(sizes: readonly Size[]): Table {
  return {
    caption: `Rate and widths; targets: last within 20 % of first, at most ${CONCURRENCY} calls and ${WINDOW} children`,
    columns: ['modules', 'modules/s', 'first', 'last', 'last / first', 'most calls in flight', 'most children open'],
    rows: sizes.map(({ modules, rate, share, firstRate, lastRate, mostCalls, mostChildren }) => [
      String(modules),
      rate.toFixed(1),
      `${firstRate.toFixed(1)} (${share})`,
      `${lastRate.toFixed(1)} (${share})`,
      (lastRate / firstRate).toFixed(2),
      String(mostCalls),
      String(mostChildren),
    ]),
  };
}

function sizeTable(sizes: readonly Size[]): Table {
  const columns = ['modules', 'batch runs', 'longest run, events', 'child events', 'database MB', 'KB a module'];
  return {
    caption: 'History and database; targets: a run of the batch <= 5,000 events, a child <= 30',
    columns,
    rows: sizes.map(({ modules, events, databaseBefore, databaseAfter }) => [
      String(modules),
      String(events.batchRuns.length),
      String(Math.max(...events.batchRuns)),
      `${events.fewest}-${events.most}`,
      mb(databaseAfter),
      ((databaseAfter - databaseBefore) / 1024 / modules).toFixed(1),
    ]),
  };
}

function processTable(sizes: readonly Size[]): Table {
  return {
    caption: 'Processes: highest memory, and processor time a module',
    columns: ['modules', 'server MB', 'worker MB', 'command MB', 'server CPU ms', 'worker CPU ms', 'requests a module'],
    rows: sizes.map(({ modules, rss, cost }) => [
      String(modules),
      String(rss.server),
      String(rss.worker),
      String(rss.command),
      cost.serverCpuMs.toFixed(0),
      cost.workerCpuMs.toFixed(0),
      cost.requests.toFixed(1),
    ]),
  };
}

const measured: Size[] = [];

test.each(SIZES)('%i modules with free calls', async (modules) => {
  measured.push(await measure(modules));
  report({
    bench: 'scale',
    title: 'Scale',
    method:
      `One batch on a new engine, free calls, concurrency ${CONCURRENCY}, run by the command in the foreground. ` +
      'First and last: modules a second over so many modules at the beginning and the end, by their last calls. ' +
      'Children are counted in the histories of the batch, calls at the model. BENCH_SCALE names the numbers of modules; 10,000 take some ten minutes.',
    variables: ['BENCH_SCALE'],
    tables: [rateTable(measured), sizeTable(measured), processTable(measured)],
    raw: measured,
  });
});
