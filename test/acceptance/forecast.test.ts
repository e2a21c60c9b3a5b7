/** A forecast by real history: what the next modules really cost lies where it says. */
import { afterEach, expect, test } from 'vitest';
import type { PlanForecast } from '../../src/progress/forecast.ts';
import type { TaskRecord } from '../../src/store/records.ts';
import { woundedWorkspace } from '../faults/wounded.ts';
import { createHome, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { startGeminiServer, type GeminiServer } from '../helpers/gemini-server.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { addSettings } from '../helpers/priced.ts';
import { googleAt, thinkingScript } from '../helpers/thinking-server.ts';

/** A hundred times what the tokens of a small lesson would cost, so that it can be seen. */
const DEAR = 'prices:\n  google/gemini-2.5-flash: { input: 100, output: 1000 }\n';

let server: GeminiServer;
let home: Home;
afterEach(async () => {
  expect(await home.close()).toEqual([]);
  await server.close();
});

test.skipIf(noTemporal !== undefined)(
  'after twenty modules the next twenty cost what the forecast says; before the first it says what it assumes',
  async () => {
    server = await startGeminiServer(thinkingScript(() => 50));
    home = createHome(googleAt(server));
    const folder = tempWorkspace();
    woundedWorkspace(folder, 40);
    addSettings(folder, DEAR);
    const plan = async (...flags: string[]): Promise<PlanForecast> => {
      const { stdout } = await home.run(folder, ['plan', 'tiny', '21', '40', '--json', ...flags]);
      return (JSON.parse(stdout) as { forecast: PlanForecast }).forecast;
    };
    const guessed = await plan();
    expect(guessed).toMatchObject({ basis: { kind: 'assumed' }, modules_asking: 20, calls: { median: 60, p90: 140 } });
    expect(guessed.usd?.p90).toBeGreaterThan(guessed.usd?.median ?? 0);
    const dry = await home.run(folder, ['fix-review', 'tiny', '21', '40', '--dry-run']);
    expect(dry).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('There is no history of fix-review on tiny'),
    });
    const short = await home.run(folder, ['fix-review', 'tiny', '21', '40', '--dry-run', '--budget', '1']);
    expect(short.stderr).toContain('The budget of $1.00 may not reach');
    expect(server.requests).toEqual([]);

    expect(await home.run(folder, ['fix-review', 'tiny', '1', '20', '--json'])).toMatchObject({ code: 0 });
    const told = await plan();
    expect(told).toMatchObject({ basis: { kind: 'history', modules: 20 }, modules_asking: 20 });
    // Other models and another track have no history; first reviews tell of a task that only reviews.
    expect(await plan('--model', 'google/gemini-2.5-pro')).toMatchObject({ basis: { kind: 'assumed' } });
    expect(await plan('--review-only')).toMatchObject({ basis: { modules: 20 }, calls: { median: 20, p90: 20 } });
    const words = (await home.run(folder, ['plan', 'tiny', '1', '40'])).stdout;
    expect(words).toMatch(/FORECAST +MEDIAN +90 %\ncalls +\d+ +\d+\n/);
    expect(words).toContain(
      '20 modules ask a model. By the history of fix-review on tiny with google/gemini-2.5-flash',
    );

    const before = server.requests.length;
    const { stdout } = await home.run(folder, ['fix-review', 'tiny', '21', '40', '--json']);
    const { cost } = JSON.parse(stdout) as TaskRecord;
    const truth = {
      calls: server.requests.length - before,
      usd: cost?.usd ?? Number.NaN,
      output_tokens: cost?.output_tokens ?? Number.NaN,
    };
    for (const [name, value] of Object.entries(truth) as [keyof typeof truth, number][]) {
      expect({ name, isUnder: value <= (told[name]?.p90 ?? 0) }).toEqual({ name, isUnder: true });
      expect({ name, off: Math.abs((told[name]?.median ?? 0) / value - 1) < 0.25 }).toEqual({ name, off: true });
    }
    const shown = (await home.run(folder, ['show', 'latest'])).stdout;
    expect(shown).toMatch(/#.*ROUNDS +COST +DETAIL\n21 +021-module +FIXED .*\$/);
    const module = (await home.run(folder, ['show', 'latest', '--module', '21'])).stdout;
    expect(module).toMatch(/STEP +CALLS +TOKENS +COST\nreview r0 +1 .*\nfix r1 +1 .*\nreview r1 +1 .*\n/);
  },
  180_000,
);
