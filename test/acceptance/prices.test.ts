/** A budget is kept or refused: where nobody knows what a model costs, no call is made under one. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createHome, type CliResult, type Home } from '../helpers/cli.ts';
import { tempWorkspace, writeTree } from '../helpers/curriculum.ts';
import type { GeminiReply } from '../helpers/gemini-reply.ts';
import { startGeminiServer, type GeminiServer } from '../helpers/gemini-server.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { addSettings, pricedScript } from '../helpers/priced.ts';
import { recordOf } from '../helpers/record.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';

const MODEL = 'google/gemini-99-unheard-of';
const LINE = `prices:\n  ${MODEL}: { input: USD, output: USD }\n`;
const PRICED = `prices:\n  ${MODEL}: { input: 1, output: 10 }\n`;

let server: GeminiServer;
let home: Home;
let folder: string;
let settings: string;
/** How long a reply takes, ms. */
let latency: number;
const run = (...args: readonly string[]): Promise<CliResult> => home.run(folder, args);
/** Writes the settings with other lines at their end. */
const withLines = (lines: string): void => writeTree(folder, { 'batch-manager.yaml': `${settings}${lines}` });

describe.skipIf(noTemporal !== undefined)('without a known price', () => {
  beforeEach(async () => {
    latency = 400;
    const priced = pricedScript(0);
    server = await startGeminiServer(async (request) => ({
      ...((await priced(request)) as GeminiReply),
      delayMs: latency,
    }));
    home = createHome({ ...googleAt(server), BATCH_MANAGER_MODEL: MODEL });
    folder = tempWorkspace();
    tinyWorkspace(folder, 8);
    settings = readFileSync(join(folder, 'batch-manager.yaml'), 'utf8');
  });
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test('a start under a budget is refused with the line to add, wherever the budget and the model come from', async () => {
    const start = ['fix-review', 'tiny', '1', '4'];
    const cases: readonly (readonly [flags: readonly string[], env?: NodeJS.ProcessEnv, lines?: string])[] = [
      [['--budget', '0.0001']],
      [['--module-budget', '1']],
      [[], { BATCH_MANAGER_BUDGET: '1' }],
      [[], { BATCH_MANAGER_MODULE_BUDGET: '1' }],
      [[], {}, 'budget: 1\n'],
      [[], {}, 'module-budget: 1\n'],
      [['--budget', '1', '--model', 'offline', '--review-model', MODEL]],
      [['--budget', '1', '--model', 'google/gemini-2.5-flash', '--review-model', MODEL]],
      [['--budget', '1', '--background']],
    ];
    for (const [flags, env = {}, lines = ''] of cases) {
      withLines(lines);
      const refused = await home.run(folder, [...start, ...flags], env);
      expect({ flags, code: refused.code, says: refused.stderr.includes(LINE) }).toEqual({
        flags,
        code: 2,
        says: true,
      });
    }
    withLines('');
    // A local model without a price is none that is free: somebody must say so.
    const local = await run(...start, '--model', 'ollama/qwen3:8b', '--budget', '1');
    expect(local).toMatchObject({ code: 2, stderr: expect.stringContaining('  ollama/qwen3:8b: { input: USD') });
    const plan = await run(...start, '--budget', '1', '--dry-run');
    expect(plan).toMatchObject({ code: 0, stderr: expect.stringContaining(LINE) });
    expect(plan.stderr).toContain('A start would be refused.');
    const unlimited = await run('plan', 'tiny', '1', '4');
    expect(unlimited.stdout).toContain(`no price is known for ${MODEL}; add under "prices:" in batch-manager.yaml`);
    expect(JSON.parse((await run('plan', 'tiny', '1', '4', '--json')).stdout)).toMatchObject({
      forecast: { usd: null, models_without_price: [MODEL] },
    });
    expect(existsSync(join(folder, 'tasks'))).toBe(false);
    expect(server.requests).toEqual([]);
  });

  test('a running task gets no budget, and under one no such model, until the price is in the settings', async () => {
    latency = 5000;
    const id = (await run('fix-review', 'tiny', '1', '8', '--concurrency', '1', '-b')).stdout.trim();
    await until(() => server.requests.length >= 1, 60_000);
    for (const flag of ['--budget', '--module-budget']) {
      const refused = await run('set', id, flag, '5');
      expect(refused.code).not.toBe(0);
      expect(refused.stderr).toContain(LINE);
    }
    withLines(PRICED);
    await until(async () => (await run('set', id, '--budget', '5')).code === 0, 10_000);
    const other = await run('set', id, '--review-model', 'google/gemini-98');
    expect(other.code).not.toBe(0);
    expect(other.stderr).toContain('  google/gemini-98: { input: USD, output: USD }');
    expect(recordOf(folder, id)).toMatchObject({ review_model: MODEL });
    latency = 0;
    expect((await run('watch', id)).code).toBe(0);
    const end = recordOf(folder, id);
    expect(end).toMatchObject({ status: 'completed', budget_usd: 5, cost: { calls: 8 } });
    expect(new Set(server.requests.map(({ model }) => model))).toEqual(new Set(['gemini-99-unheard-of']));
    // A retry keeps the budget, so it needs the price.
    withLines('');
    for (const again of [
      ['retry', id, '--module', '1'],
      ['fix-review', 'tiny', '1', '1', '--force', '--budget', '5'],
    ])
      expect(await run(...again)).toMatchObject({ code: 2, stderr: expect.stringContaining(LINE) });
    expect(server.requests).toHaveLength(8);
  }, 120_000);

  test('a price that goes while a task runs has it wait before the next call, and goes on once it is back', async () => {
    addSettings(folder, PRICED);
    const id = (await run('fix-review', 'tiny', '1', '8', '--concurrency', '1', '--budget', '5', '-b')).stdout.trim();
    await until(() => server.requests.length >= 1, 60_000);
    latency = 1500;
    withLines('');
    await until(() => recordOf(folder, id)?.status === 'waiting', 30_000);
    expect(recordOf(folder, id)).toMatchObject({
      wait: 'budget',
      reason: expect.stringContaining(`waiting for budget: no price is known for ${MODEL}; add under "prices:"`),
    });
    const asked = server.requests.length;
    expect(asked).toBeLessThan(8);
    withLines(PRICED);
    // The worker looks at the prices once a second.
    await until(async () => {
      await run('set', id, '--budget', '5');
      return recordOf(folder, id)?.status !== 'waiting';
    }, 20_000);
    expect((await run('watch', id)).code).toBe(0);
    expect(server.requests).toHaveLength(8);
  }, 120_000);
});
