/** What one module may cost: it ends there, the others go on, and what it paid for is not paid again. */
import { afterEach, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { distinct } from '../faults/requests.ts';
import { woundedWorkspace } from '../faults/wounded.ts';
import { createHome, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { startGeminiServer, type GeminiServer } from '../helpers/gemini-server.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { addSettings, PRICES, pricedScript } from '../helpers/priced.ts';
import { googleAt } from '../helpers/thinking-server.ts';

let server: GeminiServer;
let home: Home;
afterEach(async () => {
  expect(await home.close()).toEqual([]);
  await server.close();
});

test.skipIf(noTemporal !== undefined)(
  'a module ends where it has cost what one may, and with a higher cap goes on from there',
  async () => {
    server = await startGeminiServer(pricedScript(50));
    home = createHome(googleAt(server));
    const folder = tempWorkspace();
    woundedWorkspace(folder, 3);
    addSettings(folder, `${PRICES}module-budget: 0.5\n`);
    const run = async (...flags: string[]) => {
      const { code, stdout } = await home.run(folder, ['fix-review', 'tiny', '1', '3', '--json', ...flags]);
      return { code, record: JSON.parse(stdout) as TaskRecord };
    };
    const capped = await run();
    expect(capped).toMatchObject({ code: 1, record: { counts: { OVER_BUDGET: 2, PASS_ON_REVIEW: 1 } } });
    expect(capped.record.modules['001-module']).toMatchObject({
      outcome: 'OVER_BUDGET',
      detail: '$0.40 of the $0.50 for a module is spent, and review r1 may cost $0.20 more',
      failure: null,
    });
    expect(capped.record.cost).toMatchObject({ calls: 5, usd: expect.closeTo(1) });
    const raised = await run('--module-budget', '5');
    expect(raised).toMatchObject({ code: 0, record: { counts: { FIXED: 2, ALREADY_PASS: 1 } } });
    expect(server.requests).toHaveLength(7);
    expect(distinct(server).size).toBe(7);
    expect(await home.run(folder, ['fix-review', 'tiny', '1', '3', '--module-budget', 'much'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--module-budget must be an amount of USD'),
    });
  },
  120_000,
);
