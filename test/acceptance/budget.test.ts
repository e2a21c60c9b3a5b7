/** A budget: kept by all calls of a task, over a kill, and raised while the task waits. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { workerOf } from '../faults/processes.ts';
import { createHome, type Home } from '../helpers/cli.ts';
import { startGeminiServer, type GeminiServer } from '../helpers/gemini-server.ts';
import { keptReplies } from '../helpers/kept-replies.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { A_CALL, addSettings, PRICES, pricedScript } from '../helpers/priced.ts';
import { googleAt } from '../helpers/thinking-server.ts';
import { recordOf } from '../helpers/record.ts';
import { until } from '../helpers/until.ts';

const MODULES = 20;

let server: GeminiServer;
let home: Home;
afterEach(async () => {
  expect(await home.close()).toEqual([]);
  await server.close();
});

test.skipIf(noTemporal !== undefined)(
  'a task spends no more than it may, over a kill of its worker, waits, and goes on when the budget is raised',
  async () => {
    server = await startGeminiServer(pricedScript(400));
    home = createHome(googleAt(server));
    const folder = tempWorkspace();
    tinyWorkspace(folder, MODULES);
    addSettings(folder, PRICES);
    const command = ['fix-review', 'tiny', '1', String(MODULES), '--concurrency', '4', '--budget', '2', '-b'];
    const id = (await home.run(folder, command)).stdout.trim();
    await until(() => server.requests.length >= 5, 30_000);
    process.kill(workerOf({ home, folder }), 'SIGKILL');
    await until(() => recordOf(folder, id)?.status === 'waiting', 60_000);

    // Every reply that got to the cache is booked, those killed in flight are unsettled, and both count. A call that was
    // killed between its reservation and its request is unsettled, too: nobody can know that it was not sent.
    const { cost = null, reason, budget_usd } = recordOf(folder, id) ?? {};
    expect(budget_usd).toBe(2);
    const { unsettled_calls: unknownCalls = 0, unsettled_usd: reserved = 0 } = cost ?? {};
    const calls = unknownCalls === 1 ? '1 call' : `${unknownCalls} calls`;
    const settled = `$${cost?.usd?.toFixed(2)} of $2.00 is`;
    const gone =
      unknownCalls === 0
        ? `${settled} spent`
        : `${settled} settled, $${reserved.toFixed(2)} is reserved for ${calls} whose cost is not known`;
    expect(reason).toBe(`waiting for budget: ${gone}, and review r0 may cost $0.20 more`);
    expect(cost?.unsettled_calls).toBeLessThanOrEqual(4);
    const booked = Math.round((cost?.usd ?? 0) / A_CALL);
    expect(cost?.usd).toBeCloseTo(A_CALL * booked, 6);
    expect(booked).toBe(keptReplies(folder));
    expect(booked + (cost?.unsettled_calls ?? 0)).toBeGreaterThanOrEqual(server.requests.length);
    expect((cost?.usd ?? 0) + (cost?.unsettled_usd ?? 0)).toBeLessThanOrEqual(2 + 1e-9);
    expect((await home.run(folder, ['show', id])).stdout).toContain('waiting for budget');
    const asked = server.requests.length;

    expect(await home.run(folder, ['set', id, '--budget', '2'])).toMatchObject({
      code: 0,
      stdout: 'no change; it looks again whether the money reaches\n',
    });
    await until(() => recordOf(folder, id)?.status === 'waiting', 60_000);
    expect(await home.run(folder, ['set', id, '--budget', '-1'])).toMatchObject({ code: 2 });
    const wider = await home.run(folder, ['set', id, '--concurrency', '3']);
    expect(wider).toMatchObject({ code: 0, stdout: 'concurrency 4 to 3\n' });
    const raised = await home.run(folder, ['set', id, '--budget', '10', '--reason', 'it is worth it']);
    expect(raised).toMatchObject({ code: 0, stdout: 'budget $2 to $10\n' });
    expect((await home.run(folder, ['watch', id])).stderr).toContain('PASS_ON_REVIEW');
    const end = recordOf(folder, id);
    expect(end).toMatchObject({
      status: 'completed',
      counts: { PASS_ON_REVIEW: MODULES },
      budget_usd: 10,
      concurrency: 3,
    });
    expect(end?.cost?.usd).toBeCloseTo(A_CALL * MODULES, 6);
    // What was asked again is what the kill had cut off.
    expect(server.requests.length).toBeGreaterThanOrEqual(MODULES);
    expect(server.requests.length).toBeLessThanOrEqual(MODULES + (end?.cost?.unsettled_calls ?? 0));
    expect(server.requests.length).toBeGreaterThan(asked);
    expect(readFileSync(join(folder, 'tasks', `${id}.output`), 'utf8')).toMatch(
      /budget \$2 to \$10 by \S+ \(it is worth it\)/,
    );
    const rebuilt = await home.run(folder, ['rebuild', id, '--json']);
    expect({ code: rebuilt.code, record: recordOf(folder, id) }).toMatchObject({
      code: 0,
      record: { budget_usd: 10, concurrency: 3, cost: end?.cost },
    });
  },
  180_000,
);
