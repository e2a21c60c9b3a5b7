import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordsOf } from '../faults/outcomes.ts';
import { woundedWorkspace } from '../faults/wounded.ts';
import { createHome, finished, MAIN, type CliResult, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { startGeminiServer, type GeminiServer } from '../helpers/gemini-server.ts';
import { serveHttp } from '../helpers/http-server.ts';
import { PRICES, pricedScript } from '../helpers/priced.ts';
import { tempFolder } from '../helpers/temp.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';

/** A program that gives a command a terminal of its own. */
const noScript = spawnSync('script', ['--version']).stdout?.includes('util-linux')
  ? undefined
  : 'no script of util-linux';

let server: GeminiServer;
let home: Home;
let folder: string;

const run = (...args: readonly string[]): Promise<CliResult> => home.run(folder, args);
const log = (): string => readFileSync(recordsOf(folder)[0]?.output_file ?? '', 'utf8');

function workspace(modules: number, settings: string): void {
  folder = tempWorkspace();
  woundedWorkspace(folder, modules, () => 'lesson');
  appendFileSync(join(folder, 'batch-manager.yaml'), settings);
}

/** Runs a command at a terminal; gives what it wrote there, with control characters by name. */
async function atTerminal(args: readonly string[]): Promise<string> {
  const command = [process.execPath, MAIN, ...args].map((word) => `'${word}'`).join(' ');
  const env = { ...home.env, TERM: 'xterm' };
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return (await finished(child)).stdout.replaceAll('\u001b', '<ESC>').replaceAll('\u0007', '<BEL>');
}

describe.skipIf(noTemporal !== undefined)('notify', () => {
  beforeEach(async () => {
    server = await startGeminiServer(pricedScript(0));
    home = createHome(googleAt(server));
  });
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test('a task that waits for money tells so, and once it is over tells that', async () => {
    const hook = await serveHttp(() => ({ body: {} }));
    workspace(1, `${PRICES}notify:\n  url: ${hook.url}/hook\n  command: cat >> told.jsonl\n`);
    const id = (await run('fix-review', 'tiny', '1', '1', '--budget', '0.5', '-b')).stdout.trim();
    await until(() => hook.requests.length === 1, 30_000);
    await run('set', id, '--budget', '10');
    expect((await run('watch', id)).code).toBe(0);
    await until(() => hook.requests.length === 2 && log().split(' notify ').length === 5);
    expect(hook.requests.map(({ body }) => body)).toMatchObject([
      {
        event: 'parked',
        task_id: id,
        reason: expect.stringMatching(/^waiting for budget: \$0\.\d0 of \$0\.50 is spent, and /),
        status: 'waiting',
      },
      { event: 'done', task_id: id, passed: 1, not_passed: 0, reason: null, cost_usd: expect.closeTo(0.6, 6) },
    ]);
    const told = readFileSync(join(folder, 'told.jsonl'), 'utf8').trim().split('\n');
    expect(told.map((line) => (JSON.parse(line) as { event: string }).event)).toEqual(['parked', 'done']);
  });

  test('a task that pauses by itself tells why', async () => {
    const hook = await serveHttp(() => ({ body: {} }));
    workspace(2, `notify:\n  url: ${hook.url}\n`);
    const id = (await run('fix-review', 'tiny', '1', '2', '--canary', '1', '-b')).stdout.trim();
    await until(() => hook.requests.length === 1, 30_000);
    await run('resume', id);
    expect((await run('watch', id)).code).toBe(0);
    await until(() => hook.requests.length === 2);
    expect(hook.requests.map(({ body }) => body)).toMatchObject([
      { event: 'parked', status: 'paused', reason: expect.stringMatching(/^paused: the first module has ended/) },
      { event: 'done', passed: 2 },
    ]);
  });

  test('a task that fails tells why, and a hook that hangs keeps no task from its end', async () => {
    const hook = await serveHttp(() => ({ body: {} }));
    const clis = 'clis: { mine: { command: my-agent } }\n';
    workspace(1, `${clis}notify:\n  url: ${hook.url}\n  command: sleep 60\n  timeout: 1s\n`);
    await run('up');
    const bin = tempFolder();
    writeFileSync(join(bin, 'my-agent'), '#!/bin/sh\n', { mode: 0o755 });
    // This shell has the command, and the worker, which was made before, does not find it.
    const PATH = `${home.env.PATH}:${bin}`;
    const failed = await home.run(folder, ['fix-review', 'tiny', '1', '1', '--model', 'cli/mine'], { PATH });
    expect(failed.code).toBe(1);
    await until(() => log().includes('took longer than 1 s'));
    expect(hook.requests.map(({ body }) => body)).toMatchObject([
      { event: 'failed', reason: expect.stringContaining('my-agent') },
    ]);
  });

  test.skipIf(noScript !== undefined)(
    'a terminal gets a title while it watches, and the bell; with a setting, neither',
    async () => {
      workspace(1, '');
      const told = await atTerminal(['fix-review', 'tiny', '1', '1']);
      expect(told).toMatch(/<ESC>\]2;[01]\/1 fix-review-tiny-1-1-\d+<BEL>/);
      expect(told).toContain('<ESC>[23;2t<BEL>');
      expect(told).toContain('completed');

      appendFileSync(join(folder, 'batch-manager.yaml'), 'notify: { terminal: false }\n');
      const quiet = await atTerminal(['fix-review', 'tiny', '1', '1', '--force']);
      expect(quiet).toContain('completed');
      expect(quiet).not.toContain('<BEL>');
      // And what is no terminal gets none either.
      expect((await run('fix-review', 'tiny', '1', '1', '--force')).stderr).not.toContain('\u0007');
    },
    120_000,
  );
});
