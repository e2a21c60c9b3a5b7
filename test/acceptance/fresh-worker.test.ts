/** A worker that has run for long works with what holds now: the shell's keys, the files of the workspace, its settings. */
import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordsOf } from '../faults/outcomes.ts';
import { createHome, type CliResult, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { startGeminiServer, type GeminiServer } from '../helpers/gemini-server.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { thinkingScript } from '../helpers/thinking-server.ts';

let server: GeminiServer;
let home: Home;
let folder: string;
/** Keys as they were sent, each once. */
let keys: (string | null)[];

const run = (env: NodeJS.ProcessEnv, ...args: readonly string[]): Promise<CliResult> => home.run(folder, args, env);
const fix = (env: NodeJS.ProcessEnv, ...flags: readonly string[]): Promise<CliResult> =>
  run(env, 'fix-review', 'tiny', '1', '1', '--force', ...flags);

describe.skipIf(noTemporal !== undefined)('a worker that was there before', () => {
  beforeEach(async () => {
    keys = [];
    const think = thinkingScript(() => 0);
    server = await startGeminiServer((request) => {
      if (keys.at(-1) !== request.key) keys.push(request.key);
      return think(request);
    });
    home = createHome({ BATCH_MANAGER_MODEL: 'google/gemini-2.5-flash' });
    folder = tempWorkspace();
    tinyWorkspace(folder, 2);
    appendFileSync(join(folder, 'batch-manager.yaml'), `providers: { google: { base-url: "${server.url}" } }\n`);
  });
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test('takes the key of the latest start, from the shell, else .env, and never that of an older shell', async () => {
    const none = await fix({});
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('GEMINI_API_KEY') });
    expect(none.stderr).toContain('No task was started');
    expect(recordsOf(folder)).toEqual([]);
    // No engine was brought up for it either.
    expect(existsSync(join(home.folder, 'state/batch-manager/engine.json'))).toBe(false);

    await run({ GEMINI_API_KEY: 'first' }, 'up');
    writeFileSync(join(folder, '.env'), 'GEMINI_API_KEY=in-file\n');
    const before = await run({ GEMINI_API_KEY: 'second' }, 'doctor');
    expect(before.stdout).toMatch(
      /worker +GEMINI_API_KEY: the worker has one with the fingerprint [0-9a-f]{6}, this shell/,
    );
    expect(before.stdout).not.toMatch(/\b(?:first|second|in-file)\b/);
    expect((await fix({ GEMINI_API_KEY: 'second' })).code).toBe(0);
    expect((await fix({})).code).toBe(0);
    rmSync(join(folder, '.env'));
    expect((await fix({})).stderr).toContain('No task was started');
    expect((await fix({ GOOGLE_API_KEY: 'fourth' })).code).toBe(0);
    expect(keys).toEqual(['second', 'in-file', 'fourth']);
  });

  test('takes the settings of now, and those of before while the file is not valid, which the log says', async () => {
    const env = { GEMINI_API_KEY: 'k' };
    await run(env, 'up');
    const file = join(folder, 'batch-manager.yaml');
    const valid = readFileSync(file, 'utf8');
    writeFileSync(file, `${valid}audit: { command: "false" }\n`);
    const failed = await fix(env, '--max-rounds', '0');
    expect(failed.stdout + failed.stderr).toContain('command');

    // Another address counts for the next call.
    const other = await startGeminiServer(thinkingScript(() => 0));
    writeFileSync(file, valid.replace(server.url, other.url));
    expect((await fix(env)).code).toBe(0);
    expect(other.requests.length).toBeGreaterThan(0);
    await other.close();

    writeFileSync(file, valid);
    await run(env, 'fix-review', 'tiny', '1', '2', '--force', '--concurrency', '1', '--background');
    writeFileSync(file, 'model: [\n');
    await run(env, 'watch', 'latest');
    const record = recordsOf(folder).at(-1);
    expect(record).toMatchObject({ status: 'completed', counts: { PASS_ON_REVIEW: 2 } });
    const log = readFileSync(join(folder, 'tasks', `${record?.task_id}.output`), 'utf8');
    expect(log.match(/the settings stay as they were/g)).toHaveLength(1);
  });
});
