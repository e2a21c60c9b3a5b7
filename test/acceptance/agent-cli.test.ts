/** A batch whose model is an agent CLI: a real program for each call, and nothing of it left, whatever happens. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { CliSettings } from '../../src/model/cli/template.ts';
import { lockHolder } from '../../src/process/lock.ts';
import type { TaskRecord } from '../../src/store/records.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { agent } from '../helpers/agent.ts';
import { createHome } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { recordOf } from '../helpers/record.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { processesWith, uniqueSleep, untilProcesses } from '../process/survivors.ts';

const KEY = 'sk-test-0123456789abcdef';
const OFFLINE = join(PACKAGE_ROOT, 'dist/src/model/offline/offline.js');
const home = createHome({ BATCH_MANAGER_MODEL: 'cli/test', AGENT_KEY: KEY });
afterAll(async () => expect(await home.close()).toEqual([]));

/** The offline model behind a command, after some ms. */
const thinking = (ms: number): CliSettings =>
  agent('thinking', [OFFLINE, String(ms)], {
    output: 'json',
    text: 'response',
    usage: { input: 'usage.in', output: 'usage.out' },
  });

/** A workspace whose agent CLI is this one; `asked` gives the pids of its starts. */
function workspace(modules: number, settings: CliSettings, more = ''): { folder: string; asked: () => number[] } {
  const folder = tempWorkspace();
  const log = join(folder, 'asked.log');
  tinyWorkspace(folder, modules);
  // Its processes carry the home's mark, so that one that is left is found at the end.
  const env = ['AGENT_KEY', 'BATCH_MANAGER_TEST_HOME'];
  const clis = { test: { ...settings, env, 'set-env': { AGENT_LOG: log } } };
  appendFileSync(join(folder, 'batch-manager.yaml'), `clis: ${JSON.stringify(clis)}\n${more}`);
  const lines = (): string[] => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []);
  return { folder, asked: () => lines().map((line) => Number.parseInt(line, 10)) };
}

async function begin(folder: string, modules: number, ...flags: string[]): Promise<string> {
  const { stdout, stderr } = await home.run(folder, ['fix-review', 'tiny', '1', String(modules), '-b', ...flags]);
  expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringMatching(/^fix-review-tiny/) });
  return stdout.trim();
}

describe.skipIf(noTemporal !== undefined || process.platform !== 'linux')('an agent CLI as the model', () => {
  test('takes a batch to its end; its tokens are counted without a price, and its replies are kept', async () => {
    const { folder, asked } = workspace(3, thinking(0));
    const args = ['fix-review', 'tiny', '1', '3', '--json'];
    const { code, stdout } = await home.run(folder, args);
    const { counts, cost, model } = JSON.parse(stdout) as TaskRecord;
    expect({ code, counts, model }).toEqual({ code: 0, counts: { PASS_ON_REVIEW: 3 }, model: 'cli/test' });
    expect(cost).toMatchObject({ usd: 0, unpriced_calls: 3, input_tokens: 3000, output_tokens: 300 });
    expect(asked()).toHaveLength(3);
    expect((await home.run(folder, args)).code).toBe(0);
    expect(asked()).toHaveLength(3);
  });

  test('leaves no process when the worker is killed, and is asked once more', async () => {
    const { folder, asked } = workspace(1, thinking(4000));
    const id = await begin(folder, 1);
    await until(() => asked().length === 1, 60_000);
    const [first = 0] = asked();
    process.kill(lockHolder(join(folder, '.batch-manager/worker.lock'))?.pid ?? 0, 'SIGKILL');
    await until(() => !existsSync(`/proc/${first}`), 4000);
    expect((await home.run(folder, ['watch', id])).code).toBe(0);
    expect(asked()).toHaveLength(2);
    expect(recordOf(folder, id)?.counts).toEqual({ PASS_ON_REVIEW: 1 });
  });

  test('that ignores TERM, with grandchildren, is gone with all of them once a stop is over', async () => {
    const seconds = uniqueSleep();
    const { folder } = workspace(2, agent('stubborn', [seconds]));
    const id = await begin(folder, 2, '--concurrency', '2');
    await untilProcesses(`sleep\0${seconds}`, 8, 60_000);
    const stopped = home.run(folder, ['stop', id]);
    await until(() => recordOf(folder, id)?.status === 'stopped', 30_000);
    await until(() => processesWith(seconds).length === 0, 4000);
    expect((await stopped).code).toBe(0);
  });

  test('that hangs is ended at the time limit of the call', async () => {
    const { folder, asked } = workspace(1, agent('hang'), 'call-timeout: 2s\n');
    const { stdout } = await home.run(folder, ['fix-review', 'tiny', '1', '1', '--json']);
    expect((JSON.parse(stdout) as TaskRecord).counts).toEqual({ TIMEOUT: 1 });
    expect(asked().filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  });

  test('whose quota is used up parks the task, and is not asked again', async () => {
    const said = `You have hit your usage limit with ${KEY}. Try again in 3 hours.`;
    const { folder, asked } = workspace(4, agent('fail', ['1', said]));
    const id = await begin(folder, 4, '--concurrency', '2');
    await until(() => recordOf(folder, id)?.status === 'waiting', 60_000);
    expect(recordOf(folder, id)?.reason).toMatch(/^waiting for quota until \S+Z \(cli\/test\)$/);
    expect(asked().length).toBeLessThanOrEqual(2);
    const log = readFileSync(recordOf(folder, id)?.output_file ?? '', 'utf8');
    expect(log).toContain('quota: cli/test ended with exit code 1: You have hit your usage limit with …');
    expect(log).not.toContain(KEY);
    expect((await home.run(folder, ['stop', id])).code).toBe(0);
  });

  test('that is not there is told before anything is asked, and by doctor', async () => {
    const { folder } = workspace(2, { command: 'no-such-agent' });
    const { code, stderr } = await home.run(folder, ['fix-review', 'tiny', '1', '2']);
    const message = "cli/test: cannot run 'no-such-agent': not found in PATH. Install it, or set clis.test.command";
    expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining(message) });
    expect((await home.run(folder, ['doctor'])).stdout).toMatch(/FAIL +model access +cli\/test: cannot run/);
    const there = workspace(1, { ...thinking(0), version: agent('--version').command }).folder;
    expect((await home.run(there, ['doctor'])).stdout).toMatch(/ok +model access +cli\/test: \S+, agent 1\.2\.3/);
  });
});
