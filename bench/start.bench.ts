/** How long a person waits: from the command to its first model call, and for commands that need no engine. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../src/version.ts';
import { finished } from '../test/helpers/cli.ts';
import { tinyWorkspace } from '../test/helpers/lesson.ts';
import { until } from '../test/helpers/until.ts';
import { medianAndRange, spread } from './figures.ts';
import { report, type Table } from './results.ts';
import { createRig, type Rig } from './rig.ts';
import { rounds } from './rounds.ts';

const ROUNDS = rounds();
const COLD_ROUNDS = rounds(0.5);
const LEAST = join(PACKAGE_ROOT, 'bench/contenders/bare-imports.mjs');

let rig: Rig;
/** Next module that no run has taken yet. */
let next = 1;

beforeAll(async () => {
  rig = await createRig(1 + ROUNDS + COLD_ROUNDS);
});

/** Workspaces of one start each: their workers write in them until the engine ends. */
const elsewhere: string[] = [];

afterAll(async () => {
  await rig.close();
  for (const folder of elsewhere) rmSync(folder, { recursive: true, force: true });
});

/** Starts a batch of one module; gives ms from the spawn to the first call at the model, and to the end of the command. */
async function start(folder: string, module: number): Promise<{ firstCall: number; command: number }> {
  const { requests } = rig.model.gemini;
  const before = requests.length;
  const spawned = Date.now();
  const { code, stderr } = await rig.home.run(folder, ['fix-review', 'tiny', `${module}`, `${module}`, '-b']);
  const command = Date.now() - spawned;
  expect({ code, stderr }).toMatchObject({ code: 0 });
  await until(() => requests.length === before + 3);
  // The last reply is not yet the end: `down` refuses while a task is open.
  expect(await rig.home.run(folder, ['watch', 'latest'])).toMatchObject({ code: 0 });
  return { firstCall: (requests[before]?.startedAt ?? Number.NaN) - spawned, command };
}

const ms = (values: readonly number[]): string[] => {
  const { n, min, p50, p95, max } = spread(values);
  return [n, min, p50, p95, max].map((value) => String(Math.round(value)));
};

interface Starts {
  readonly warm: Awaited<ReturnType<typeof start>>[];
  readonly coldWorker: Awaited<ReturnType<typeof start>>[];
  readonly cold: Awaited<ReturnType<typeof start>>[];
}

async function measureStarts(): Promise<Starts> {
  const starts: Starts = { warm: [], coldWorker: [], cold: [] };
  // The first start makes the database.
  await start(rig.workspace.root, next++);
  for (let round = 0; round < ROUNDS; round += 1) {
    if (round < COLD_ROUNDS) {
      expect(await rig.home.run(rig.workspace.root, ['down'])).toMatchObject({ code: 0 });
      starts.cold.push(await start(rig.workspace.root, next++));
    }
    starts.warm.push(await start(rig.workspace.root, next++));
  }
  // Not in turns with the others: an engine that comes up makes workers for all workspaces that asked within the last minute.
  for (let round = 0; round < COLD_ROUNDS; round += 1) starts.coldWorker.push(await startElsewhere());
  return starts;
}

/** A start in a workspace that the running engine has not seen: it needs a worker first. */
async function startElsewhere(): Promise<Awaited<ReturnType<typeof start>>> {
  const folder = mkdtempSync(join(tmpdir(), 'batch-manager-bench-'));
  elsewhere.push(folder);
  tinyWorkspace(folder, 1);
  return start(folder, 1);
}

interface Commands {
  readonly least: number[];
  readonly help: number[];
  readonly list: number[];
}

/** Time of a process from its spawn to its end, ms. */
async function timeOf(spawnIt: () => ChildProcess): Promise<number> {
  const spawned = performance.now();
  expect(await finished(spawnIt())).toMatchObject({ code: 0 });
  return performance.now() - spawned;
}

async function measureCommands(): Promise<Commands> {
  const commands: Commands = { least: [], help: [], list: [] };
  const { home, workspace } = rig;
  expect(await home.run(workspace.root, ['down'])).toMatchObject({ code: 0 });
  const spawns: Record<keyof Commands, () => ChildProcess> = {
    least: () => spawn(process.execPath, [LEAST], { env: home.env, stdio: ['ignore', 'pipe', 'pipe'] }),
    help: () => home.start(workspace.root, ['--help']),
    list: () => home.start(workspace.root, ['list']),
  };
  const names = ['least', 'help', 'list'] as const;
  for (const name of names) await timeOf(spawns[name]);
  for (let round = 0; round < ROUNDS; round += 1) {
    const turn = round % names.length;
    for (const name of [...names.slice(turn), ...names.slice(0, turn)]) commands[name].push(await timeOf(spawns[name]));
  }
  return commands;
}

function startTable({ warm, coldWorker, cold }: Starts): Table {
  const rows = [
    ['engine and worker run', warm],
    ['engine runs, the workspace is new to it', coldWorker],
    ['engine is down', cold],
  ] as const;
  return {
    caption: 'From the start of `fix-review -b`, ms',
    columns: ['engine', 'until', 'n', 'min', 'p50', 'p95', 'max'],
    rows: rows.flatMap(([name, starts]) => [
      [name, 'first call at the model', ...ms(starts.map(({ firstCall }) => firstCall))],
      [name, 'the command returns', ...ms(starts.map(({ command }) => command))],
    ]),
  };
}

function commandTable({ least, help, list }: Commands): Table {
  const row = (name: string, target: string, values: readonly number[]): string[] => [
    name,
    target,
    ...ms(values),
    medianAndRange(values.map((value, index) => value / (least[index] ?? Number.NaN))),
  ];
  return {
    caption: 'Commands without an engine, ms, and as a ratio to a bare node process of the same round',
    columns: ['command', 'target', 'n', 'min', 'p50', 'p95', 'max', 'ratio'],
    rows: [
      row('node, importing commander and zod', '-', least),
      row('`--help`', '<= 1.6', help),
      row('`list`', '<= 1.6', list),
    ],
  };
}

test('time to the first call, and of commands without engine', async () => {
  const starts = await measureStarts();
  const commands = await measureCommands();
  report({
    bench: 'start',
    title: 'Start',
    method:
      'A batch of one module, from the spawn of the command to the first request at the model. Cold: after `down`, with the database there. ' +
      'The commands without engine take turns with a node process that imports commander and zod and does nothing.',
    variables: ['BENCH_ROUNDS'],
    tables: [startTable(starts), commandTable(commands)],
    raw: { starts, commands },
  });
});
