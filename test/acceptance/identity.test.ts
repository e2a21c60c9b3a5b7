/** A workspace that is copied, cleaned, removed or moved while its task runs: the task stays its own, and nothing is paid twice. */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { createHome, marked, type CliResult, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import type { GeminiServer } from '../helpers/gemini-server.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { tempFolder } from '../helpers/temp.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt, startThinkingServer } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';

const MODULES = 32;
const WIDTH = 4;
/** Asked again where replies were removed with the state: what was out, and what a module in hand had got already. */
const WITHOUT_REPLIES = 2 * WIDTH;
const START = ['fix-review', 'tiny', '1', String(MODULES), '-b', '--concurrency', String(WIDTH)];

/** How long an answer takes, ms. */
let latency: number;
let server: GeminiServer;
let home: Home;
let folder: string;

/** Prompts that were asked more than once. */
function askedAgain(): number {
  return server.requests.length - new Set(server.requests.map(({ prompt }) => prompt)).size;
}

/** Removes what a worker may be writing to: it is tried again where a file came in between, as a person would. */
const remove = (name: string): Promise<void> =>
  until(() => {
    try {
      rmSync(name, { recursive: true, force: true });
      return true;
    } catch {
      return false;
    }
  });

/** Puts a file in the place of a folder; false where the worker was quicker to make the folder again. */
async function inPlaceOfFolder(name: string): Promise<boolean> {
  await remove(name);
  try {
    writeFileSync(name, 'mine');
    return true;
  } catch {
    return false;
  }
}

const run = (args: readonly string[], cwd = folder): Promise<CliResult> => home.run(cwd, args);
const path = (name: string): string => join(folder, name);

async function start(): Promise<string> {
  const { stdout, stderr, code } = await run(START);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  return stdout.trim();
}

/** Starts the task and waits until it is in the middle. */
async function inTheMiddle(): Promise<string> {
  const id = await start();
  await until(() => server.requests.length >= 2 * WIDTH + 1 && server.inFlight === WIDTH);
  // Commands take seconds on a busy machine, and the task must still run when they come.
  latency = 4000;
  return id;
}

const listed = async (cwd = folder): Promise<TaskRecord[]> =>
  JSON.parse((await run(['list', '--json'], cwd)).stdout) as TaskRecord[];

/** Waits for the end of a task and checks what must hold whatever happened. */
async function endsWell(id: string, { cwd = folder, again = WIDTH } = {}): Promise<void> {
  latency = 200;
  const { code, stdout, stderr } = await run(['watch', id], cwd);
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  expect(server.maxInFlight).toBeLessThanOrEqual(WIDTH);
  expect(askedAgain()).toBeLessThanOrEqual(again);
  const [record, ...others] = await listed(cwd);
  expect(record).toMatchObject({ task_id: id, status: 'completed', total: MODULES });
  expect(Object.values(record?.modules ?? {}).map(({ outcome }) => outcome)).not.toContain(null);
  expect(others).toEqual([]);
}

describe.skipIf(noTemporal !== undefined)('a workspace while its task runs', () => {
  beforeEach(async () => {
    latency = 1000;
    server = await startThinkingServer(() => latency);
    home = createHome(googleAt(server));
    folder = tempWorkspace();
    tinyWorkspace(folder, MODULES);
  });
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test('cleaned, as by git clean -fdx: the next command sees the task, and the same start attaches to it', async () => {
    const id = await inTheMiddle();
    for (const name of ['.batch-manager', 'tasks']) await remove(path(name));
    expect(await listed()).toMatchObject([{ task_id: id, status: 'running', total: MODULES }]);
    expect((await run(['show', 'latest'])).stdout).toContain(id);
    expect(await start()).toBe(id);
    expect((await run(['set', id, '--concurrency', String(WIDTH)])).code).toBe(0);
    await endsWell(id, { again: WITHOUT_REPLIES });
  });

  test('cleaned, and nobody comes: the task goes on by itself', async () => {
    const id = await inTheMiddle();
    for (const name of ['.batch-manager', 'tasks']) await remove(path(name));
    const asked = server.requests.length;
    await until(() => server.requests.length > asked + WIDTH, 60_000);
    await endsWell(id, { again: WITHOUT_REPLIES });
    expect(existsSync(path(`tasks/${id}.json`))).toBe(true);
  });

  test('removed and made again: the same id, and its task can be stopped', async () => {
    const id = await inTheMiddle();
    await remove(folder);
    await until(() => server.inFlight === 0);
    const asked = server.requests.length;
    await sleep(3000);
    expect(existsSync(folder)).toBe(false);
    expect(server.requests.length).toBe(asked);
    mkdirSync(path('.git'), { recursive: true });
    tinyWorkspace(folder, MODULES);
    expect(await listed()).toMatchObject([{ task_id: id, status: 'running' }]);
    expect((await run(['stop', 'latest'])).stderr).toContain(`Stopped ${id}`);
    expect(server.maxInFlight).toBeLessThanOrEqual(WIDTH);
    expect(askedAgain()).toBeLessThanOrEqual(WITHOUT_REPLIES);
  });

  test('moved: the task goes on where it is, and the old path is not made again', async () => {
    const id = await inTheMiddle();
    const moved = join(tempFolder(), 'moved');
    renameSync(folder, moved);
    const asked = server.requests.length;
    await until(() => server.requests.length > asked + WIDTH, 60_000);
    expect(existsSync(folder)).toBe(false);
    expect(await listed(moved)).toMatchObject([{ task_id: id, status: 'running' }]);
    await endsWell(id, { cwd: moved });
    expect(existsSync(folder)).toBe(false);
  });

  test('copied: the copy has no task of the original, and steers none', async () => {
    const id = await inTheMiddle();
    const copy = join(tempFolder(), 'copy');
    // The original must outlast a whole task of the copy.
    latency = 12_000;
    // What is written at this moment may be gone before it is copied.
    cpSync(folder, copy, { recursive: true, filter: (name) => !name.includes('batch-manager-tmp') });
    expect(await listed(copy)).toMatchObject([{ task_id: id, status: 'terminated' }]);
    expect((await run(['stop', id], copy)).stderr).toContain('No change');
    expect((await run(['set', id, '--concurrency', '1'], copy)).stderr).toContain('No change');
    const { stdout } = await run([...START, '--model', 'offline'], copy);
    expect(stdout.trim()).not.toBe(id);
    expect((await run(['watch', stdout.trim()], copy)).code).toBe(0);
    expect(await listed()).toMatchObject([{ task_id: id, status: 'running', concurrency: WIDTH }]);
    await endsWell(id);
    expect(askedAgain()).toBe(0);
  });

  test('without its records: they are shown, and come back whole', async () => {
    const id = await inTheMiddle();
    await remove(path('tasks'));
    expect(await listed()).toMatchObject([{ task_id: id, status: 'running', total: MODULES }]);
    writeFileSync(path(`tasks/${id}.json`), '');
    expect((await run(['show', id])).stdout).toContain(id);
    await until(() => readFileSync(path(`tasks/${id}.json`), 'utf8').includes('"total"'));
    rmSync(path(`tasks/${id}.output`), { force: true });
    await endsWell(id);
    expect(askedAgain()).toBe(0);
    await remove(path('tasks'));
    expect(await listed()).toMatchObject([{ task_id: id, status: 'completed' }]);
    expect(JSON.parse(readFileSync(path(`tasks/${id}.json`), 'utf8'))).toMatchObject({ status: 'completed' });
  });

  test('with a file in the place of its records: no module fails for it', async () => {
    const id = await inTheMiddle();
    await until(() => inPlaceOfFolder(path('tasks')));
    await endsWell(id);
    expect(askedAgain()).toBe(0);
    expect(readFileSync(path('tasks'), 'utf8')).toBe('mine');
  });

  test('a task is shown and stopped from anywhere by its full id, also where its workspace is gone', async () => {
    const id = await inTheMiddle();
    const elsewhere = tempFolder();
    expect((await run(['show', id, '--exit-status'], elsewhere)).code).toBe(8);
    expect((await run(['stop', id], elsewhere)).stderr).toContain(`Stopped ${id}`);
    expect(server.inFlight).toBe(0);
    const second = await start();
    expect(second).not.toBe(id);
    await remove(folder);
    expect((await run(['stop', second], elsewhere)).stderr).toContain(`Terminated ${second}`);
    await until(() => server.inFlight === 0);
    expect(existsSync(join(elsewhere, '.batch-manager'))).toBe(false);
    await until(() => marked(home.folder).every(({ command }) => !command.includes('main.js worker')));
  });
});
