import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { parseLogLine } from '../../src/domain/log-line.ts';
import type { TaskRecord } from '../../src/store/records.ts';
import { woundedWorkspace } from '../faults/wounded.ts';
import { createHome, type CliResult, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { startGeminiServer, type GeminiServer } from '../helpers/gemini-server.ts';
import { GIT_ENV, TestRepository } from '../helpers/git.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { copyOf, SAMPLE } from '../helpers/workspaces.ts';
import { temporalWorkflow } from '../helpers/temporal-cli.ts';
import { googleAt, startThinkingServer, thinkingScript } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';

let server: GeminiServer;
let home: Home;

/** The fields that a rebuilt record may have another value of: times, which are those of events, some ms beside. */
const TIMES = ['created_at', 'updated_at', 'ended_at', 'stopped_at'] as const;

/** How far such a time may be off, ms. */
const NEAR_MS = 2000;

interface Files {
  readonly record: TaskRecord;
  readonly output: string;
}

const path = (folder: string, id: string, end: string): string => join(folder, 'tasks', `${id}.${end}`);

function filesOf(folder: string, id: string): Files {
  return {
    record: JSON.parse(readFileSync(path(folder, id, 'json'), 'utf8')) as TaskRecord,
    output: readFileSync(path(folder, id, 'output'), 'utf8'),
  };
}

function expectSameRecord(rebuilt: TaskRecord, written: TaskRecord): void {
  expect({ ...rebuilt, ...timesOf(written) }).toEqual(written);
  for (const time of TIMES) {
    const [now, before] = [rebuilt[time], written[time]];
    if (before === null || now === null) expect(now).toBe(before);
    else expect(Math.abs(Date.parse(now) - Date.parse(before))).toBeLessThan(NEAR_MS);
  }
}

const timesOf = (record: TaskRecord): object => Object.fromEntries(TIMES.map((time) => [time, record[time]]));

/** Lines without their times, in the order of their texts; those that are said inside of a call are left out. */
function linesOf(output: string): string[] {
  const lines = output
    .trim()
    .split('\n')
    .map((line) => parseLogLine(line));
  const texts = lines.map((line) => `${line?.subject} ${line?.event}: ${line?.text}`);
  const inside = /: asking |^task rebuilt:|^task notify:/;
  // Tokens are known inside of the call only.
  return texts
    .filter((text) => !inside.test(text))
    .map((text) => text.replace(/(replied in [^,]*), .*/, '$1'))
    .sort();
}

/** Rebuilds a task of which only Temporal knows any more: the record's copy beside the engine is gone, too. */
async function rebuilt(folder: string, id: string): Promise<CliResult> {
  const registry = join(home.folder, 'state/batch-manager/registry');
  for (const workspace of readdirSync(registry))
    rmSync(join(registry, workspace, 'records', `${id}.json`), { force: true });
  rmSync(path(folder, id, 'json'));
  rmSync(path(folder, id, 'output'));
  return home.run(folder, ['rebuild', id]);
}

describe.skipIf(noTemporal !== undefined)('rebuild', () => {
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server?.close();
  });

  async function tiny(
    modules: number,
    latencyMs: (n: number, prompt: string) => number,
  ): Promise<{ folder: string; start: () => Promise<string> }> {
    server = await startThinkingServer((prompt, n) => latencyMs(n, prompt));
    home = createHome(googleAt(server));
    const folder = tempWorkspace();
    tinyWorkspace(folder, modules);
    const args = ['fix-review', 'tiny', '1', String(modules), '-b', '--concurrency', '2'];
    return { folder, start: async () => (await home.run(folder, args)).stdout.trim() };
  }

  test('a task with stopped and retried modules is told again as it was written', async () => {
    // The first calls of the first two modules last until they are stopped.
    const long = new Set(['001-module', '002-module']);
    const isFirst = (prompt: string): boolean => [...long].some((slug) => prompt.includes(slug) && long.delete(slug));
    const { folder, start } = await tiny(16, (_, prompt) => (isFirst(prompt) ? 60_000 : 1000));
    const id = await start();
    await until(() => server.inFlight === 2);
    const module = (verb: string, number: string) => home.run(folder, [verb, id, '--module', number]);
    expect(await home.run(folder, ['rebuild', id])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(`batch-manager watch ${id}`),
    });
    expect((await module('stop', '16')).stdout).toBe('16: stopped before it started\n');
    const signal = ['-w', id, '--name', 'stopModule', '--input', '"015-module"'];
    expect(temporalWorkflow(home, 'signal', ...signal).status).toBe(0);
    await until(() => filesOf(folder, id).output.includes('stopped before it started (signal)'));
    expect((await module('stop', '1')).stdout).toBe('1: stopped\n');
    expect((await module('stop', '2')).stdout).toBe('2: stopped\n');
    expect((await module('retry', '2')).code).toBe(0);
    expect((await home.run(folder, ['watch', id])).code).toBe(1);
    const written = filesOf(folder, id);
    expect(written.record.counts).toEqual({ STOPPED: 3, PASS_ON_REVIEW: 13 });

    expect(await rebuilt(folder, id)).toMatchObject({
      code: 0,
      stdout: `tasks/${id}.json was made again\ntasks/${id}.output was made again\n`,
    });
    const again = filesOf(folder, id);
    expectSameRecord(again.record, written.record);
    expect(linesOf(again.output)).toEqual(linesOf(written.output));
    expect(linesOf(again.output).filter((line) => line.includes(' ended: '))).toHaveLength(13);
    const notes = again.output.split('\n').filter((line) => parseLogLine(line)?.event === 'rebuilt');
    expect(notes).toEqual([again.output.trim().split('\n').at(-1)]);

    // What is there is kept once, and a second time changes nothing.
    const damaged = '{"schema": 1, ';
    writeFileSync(path(folder, id, 'json'), damaged);
    expect((await home.run(folder, ['rebuild', id])).stdout).toBe(
      `tasks/${id}.json was made again; the old one is tasks/${id}.json.before-rebuild\ntasks/${id}.output: no change\n`,
    );
    expect(readFileSync(path(folder, id, 'json.before-rebuild'), 'utf8')).toBe(damaged);
    const json = await home.run(folder, ['rebuild', 'latest', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({
      task_id: id,
      files: [{ changed: false, kept: null }, { changed: false }],
      record: again.record,
    });
    expect(existsSync(path(folder, id, 'output.before-rebuild'))).toBe(false);
  }, 180_000);

  test('a task with every verb, a commit and a notice is told again line by line', async () => {
    const think = thinkingScript(() => 1500);
    const isFixOfFour = (prompt: string): boolean =>
      prompt.includes('# Урок 004-module') && prompt.includes('===CONTENT_START===');
    // No fix of the fourth module is of use, so it asks.
    server = await startGeminiServer((request) => (isFixOfFour(request.prompt) ? { text: 'none' } : think(request)));
    home = createHome({ ...googleAt(server), ...GIT_ENV });
    const repository = TestRepository.create();
    const { folder } = repository;
    woundedWorkspace(folder, 6);
    appendFileSync(join(folder, 'batch-manager.yaml'), 'git: { commit: task }\nnotify: { command: "true" }\n');
    repository.write({ '.gitignore': 'tasks/\n' });
    repository.git('add', '.');
    repository.git('commit', '--quiet', '-m', 'the course');
    // A change of a person in a module: it is told of at the start, and keeps the module out of the commit.
    appendFileSync(join(folder, 'tiny/002-module.md'), 'Моє речення.\n');
    const run = (...args: string[]) => home.run(folder, args);
    const id = (await run('fix-review', 'tiny', '1', '6', '--ask', '--concurrency', '2', '-b')).stdout.trim();
    await until(() => server.requests.length >= 2, 60_000);
    expect((await run('pause', id, '--reason', 'lunch')).code).toBe(0);
    expect((await run('skip', id, '--module', '5')).code).toBe(0);
    expect((await run('stop', id, '--module', '6')).code).toBe(0);
    expect((await run('set', id, '--concurrency', '3', '--reason', 'more')).code).toBe(0);
    const signal = ['-w', id, '--name', 'set', '--input', '{"maxRounds": 2}'];
    expect(temporalWorkflow(home, 'signal', ...signal).status).toBe(0);
    await until(() => filesOf(folder, id).output.includes('max rounds 3 to 2 (signal)'));
    expect((await run('resume', id)).code).toBe(0);
    expect((await run('retry', id, '--module', '6')).code).toBe(0);
    await until(() => filesOf(folder, id).record.wait === 'needs-you', 120_000);
    expect((await run('answer', id, '4', 'accept', '--note', 'fine')).code).toBe(0);
    await until(() => / commit +committed /.test(filesOf(folder, id).output), 60_000);
    await until(() => / notify +done: /.test(filesOf(folder, id).output), 60_000);
    const written = filesOf(folder, id);
    expect(written.record).toMatchObject({ status: 'completed', concurrency: 3, max_rounds: 2, wait: null });
    expect(written.record.counts).toMatchObject({ ACCEPTED: 1, SKIPPED: 1 });
    await until(async () => (await rebuilt(folder, id)).code === 0, 60_000);
    const again = filesOf(folder, id);
    expectSameRecord(again.record, written.record);
    expect(linesOf(again.output)).toEqual(linesOf(written.output));
    const told = linesOf(again.output).map((line) => /^task (\w+): /.exec(line)?.[1]);
    const verbs = ['pause', 'set', 'resume', 'answerModule'];
    expect(told).toEqual(expect.arrayContaining(['started', 'git', ...verbs, 'waiting', 'completed', 'commit']));
  }, 300_000);

  test('a task that was stopped: modules in their first call, waiting for one, and never started', async () => {
    const { folder, start } = await tiny(20, () => 60_000);
    const id = await start();
    await until(() => server.inFlight === 2);
    expect((await home.run(folder, ['stop', id])).code).toBe(0);
    const written = filesOf(folder, id);
    // With the plan it knows the modules that were never started, and without it by the manifest.
    rmSync(join(folder, '.batch-manager/plans'), { recursive: true });
    expect((await rebuilt(folder, id)).code).toBe(0);
    const again = filesOf(folder, id);
    expectSameRecord(again.record, written.record);
    expect(linesOf(again.output)).toEqual(linesOf(written.output));
  });

  test('fixes, refusals and research of the sample course, and a task that failed', async () => {
    home = createHome({ BATCH_MANAGER_MODEL: 'offline' });
    const folder = copyOf(SAMPLE);
    appendFileSync(join(folder, 'batch-manager.yaml'), 'clis: { mine: { command: my-agent } }\n');
    const bin = join(home.folder, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'my-agent'), '#!/bin/sh\n', { mode: 0o755 });
    const statuses: string[] = [];
    const { PATH = '' } = home.env;
    for (const [path = '', ...args] of [
      [PATH, 'fix-review', 'a1', '1', '10'],
      [PATH, 'orchestrate', 'b2-hist', '1', '2'],
      // Fails before its plan is frozen: the worker does not find the command that this shell has.
      [`${PATH}:${bin}`, 'fix-review', 'a1', '1', '3', '--model', 'cli/mine'],
    ]) {
      const id = (await home.run(folder, [...args, '-b'], { PATH: path })).stdout.trim();
      await home.run(folder, ['watch', id]);
      const written = filesOf(folder, id);
      statuses.push(written.record.status);
      expect((await rebuilt(folder, id)).code).toBe(0);
      const again = filesOf(folder, id);
      expectSameRecord(again.record, written.record);
      expect(linesOf(again.output)).toEqual(linesOf(written.output));
    }
    expect(statuses).toEqual(['completed', 'completed', 'failed']);
  });

  test('a task that Temporal does not know is exit code 5, and nothing is written', async () => {
    const { folder } = await tiny(1, () => 0);
    const id = 'fix-review-tiny-1-1-20260101000000';
    expect(await home.run(folder, ['rebuild', id])).toMatchObject({
      code: 5,
      stderr: expect.stringContaining(`Temporal knows no task ${id}`),
    });
    expect(existsSync(path(folder, id, 'json'))).toBe(false);
    const nowhere = await home.run(folder, ['rebuild', id], { TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(nowhere.code).toBe(4);
  });
});
