/** What the engine makes of losses: of its state file, of a port, of a server that does not come up. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isFree } from '../../src/engine/ports.ts';
import type { EngineState } from '../../src/engine/state.ts';
import { isAlive } from '../../src/process/identity.ts';
import { createHome, marked, type Home } from '../helpers/cli.ts';
import { engineFile, engineState } from '../helpers/engine-state.ts';
import { manifestText, tempWorkspace, writeTree } from '../helpers/curriculum.ts';
import { tempFolder } from '../helpers/temp.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';

/** An open task: `list` asks the engine for it. */
const OPEN = {
  schema: 1,
  task_id: 'fix-review-b1-1-1-20260101-000000',
  operation: 'fix-review',
  track: 'b1',
  start: 1,
  end: 1,
  modules_selected: '1',
  model: 'offline',
  review_model: 'offline',
  concurrency: 1,
  created_at: '2026-01-01T00:00:00.000Z',
  updated_at: '2026-01-01T00:00:00.000Z',
  ended_at: null,
  stopped_at: null,
  status: 'running',
  reason: null,
  output_file: 'x.output',
  total: 1,
  counts: {},
  modules: {},
};

const MOVED = 'could not be read; it was moved to';

let home: Home;
let folder: string;
let up: ChildProcess | undefined;
const stateFolder = (): string => join(home.folder, 'state/batch-manager');
const engine = (): EngineState => engineState(home);
const garble = (): void => writeFileSync(engineFile(home), '{"version": 1, "supervi');
const running = (words: string): string[] =>
  marked(home.folder).flatMap(({ command }) => (command.includes(words) ? [command] : []));

/** Kills a process at once and waits until it is gone. */
async function kill(id: { readonly pid: number; readonly startTime: string } | null | undefined): Promise<void> {
  if (id === null || id === undefined) throw new Error('there is no such process');
  process.kill(id.pid, 'SIGKILL');
  await until(() => !isAlive(id));
}

/** Takes the port of an address, as a stranger's program would, once a killed server has let go of it. */
async function takePort(address: string | undefined): Promise<Server> {
  const port = Number(address?.split(':')[1]);
  await until(() => isFree(port));
  const stranger = createServer().listen(port, '127.0.0.1');
  await once(stranger, 'listening');
  return stranger;
}

/** Starts `up` and leaves it waiting for an engine that does not come up. */
function startUp(env: NodeJS.ProcessEnv): void {
  up = home.start(folder, ['up'], env);
}

/** Ends the `up` that waits: while it does, it starts the engine again. */
async function endUp(): Promise<void> {
  const waiting = up;
  up = undefined;
  if (waiting === undefined || waiting.exitCode !== null) return;
  const ended = once(waiting, 'exit');
  waiting.kill('SIGKILL');
  await ended;
}

beforeEach(() => {
  home = createHome();
  folder = tempWorkspace({ 'curriculum.yaml': manifestText('b1', ['01-a']) });
});
afterEach(async () => {
  await endUp();
  expect(await home.close()).toEqual([]);
});

describe.skipIf(noTemporal !== undefined)('with a real server', () => {
  test('with supervisor and state file lost, the next command adopts server and worker; no second one of either starts', async () => {
    await home.run(folder, ['up']);
    const before = engine();
    await kill(before.supervisor);
    garble();
    expect(await home.run(folder, ['up'])).toMatchObject({ code: 0, stderr: expect.stringContaining(MOVED) });
    await until(() => engine().workers.length === 1);
    const after = engine();
    expect(after.server).toMatchObject({ pid: before.server?.pid, address: before.server?.address, ready: true });
    expect(after.workers.map(({ pid, root }) => [pid, root])).toEqual([[before.workers[0]?.pid, folder]]);
    expect([' server start-dev ', ' worker ', ' supervise'].map((words) => running(words).length)).toEqual([1, 1, 1]);
  });

  test('down ends an engine whose state file is lost, with and without a supervisor', async () => {
    await home.run(folder, ['up']);
    garble();
    expect((await home.run(folder, ['down'])).stderr).toContain('The engine is down');
    expect(marked(home.folder)).toEqual([]);
    await home.run(folder, ['up']);
    await kill(engine().supervisor);
    garble();
    expect((await home.run(folder, ['down'])).stderr).toContain('The engine is down');
    expect(marked(home.folder)).toEqual([]);
  });

  test('a server whose port was taken meanwhile moves to another, and its worker with it', async () => {
    await home.run(folder, ['up']);
    const before = engine();
    await kill(before.supervisor);
    await kill(before.server);
    const stranger = await takePort(before.server?.address);
    expect(await home.run(folder, ['up'])).toMatchObject({ code: 0 });
    const address = engine().server?.address;
    expect(address).not.toBe(before.server?.address);
    expect(running(' worker ')).toEqual([expect.stringContaining(`--address ${address}`)]);
    stranger.close();
  });

  test('a workspace that is copied while its worker runs gets an id and a worker of its own', async () => {
    await home.run(folder, ['up']);
    const copy = tempFolder();
    cpSync(folder, copy, { recursive: true });
    expect((await home.run(copy, ['up'])).code).toBe(0);
    const { workers } = engine();
    expect(workers.map(({ root }) => root).toSorted()).toEqual([folder, copy].toSorted());
    expect(new Set(workers.map(({ workspaceId }) => workspaceId)).size).toBe(2);
    expect(running(' server start-dev ')).toHaveLength(1);
  });
});

/** A `temporal` that tells the pinned version, and whose server does what is given. */
function fakeServer(serve: string): string {
  const path = join(tempFolder(), 'temporal');
  const answer = '[ "$1" = --version ] && exec echo "temporal version 1.8.2 (Server 1.31.2, UI 2.50.1)"';
  writeFileSync(path, `#!/bin/sh\n${answer}\n${serve}\n`);
  chmodSync(path, 0o755);
  return path;
}

test('an engine whose server never answers is down at once when it is told so', async () => {
  startUp({ BATCH_MANAGER_TEMPORAL: fakeServer('exec sleep 600') });
  await until(
    () => existsSync(engineFile(home)) && engine().server !== null && running('namespace-entry').length === 1,
  );
  await endUp();
  const asked = Date.now();
  expect((await home.run(folder, ['down'])).stderr).toContain('The engine is down');
  expect(Date.now() - asked).toBeLessThan(10_000);
});

test('a server that ends at its start is started again and again, and the state says why it is not up', async () => {
  const starts = join(tempFolder(), 'starts');
  startUp({ BATCH_MANAGER_TEMPORAL: fakeServer(`echo start >>${starts}; exit 1`) });
  await until(() => existsSync(starts) && readFileSync(starts, 'utf8').split('\n').length > 3);
  expect(engine().problem).toBe('The server does not come up: it ended at its start');
  const doctor = await home.run(folder, ['doctor'], { BATCH_MANAGER_MODEL: 'offline' });
  expect(doctor).toMatchObject({ code: 1, stdout: expect.stringContaining('it ended at its start') });
});

test('a server binary that cannot be run does not end the supervisor', async () => {
  const kept = join(home.folder, 'cache/batch-manager/servers/1.31.2/temporal');
  mkdirSync(dirname(kept), { recursive: true });
  writeFileSync(kept, 'cut', { mode: 0o644 });
  mkdirSync(stateFolder(), { recursive: true });
  writeFileSync(join(stateFolder(), 'temporal-1.31.2.db'), '');
  startUp({});
  await until(() => existsSync(engineFile(home)) && engine().problem !== null);
  expect(isAlive(engine().supervisor)).toBe(true);
});

test.each([
  ['doctor', [MOVED, 'down; commands that need it start it']],
  ['list', [MOVED, OPEN.task_id, 'The engine is down']],
  ['down', ['No change: the engine was not running']],
])('%s goes on over a state file that cannot be read, which is moved aside', async (command, words) => {
  writeTree(folder, { [`tasks/${OPEN.task_id}.json`]: JSON.stringify(OPEN) });
  mkdirSync(stateFolder(), { recursive: true });
  garble();
  const args = command === 'down' ? ['down', '--now'] : [command];
  const { code, stdout, stderr } = await home.run(folder, args, { BATCH_MANAGER_MODEL: 'offline' });
  expect(code).toBe(0);
  for (const word of words) expect(stdout + stderr).toContain(word);
  const files = readdirSync(stateFolder()).filter((name) => name.startsWith('engine.json'));
  expect(files).toEqual([expect.stringMatching(/^engine\.json\.corrupt-\d+$/)]);
});

test('with an address of the user no engine is started, though nobody answers there', async () => {
  const result = await home.run(folder, ['up'], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
  expect(result).toMatchObject({ code: 4, stderr: expect.stringContaining('127.0.0.1:1') });
  expect(marked(home.folder)).toEqual([]);
  expect(existsSync(stateFolder())).toBe(false);
});
