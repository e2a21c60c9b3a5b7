/** Money over the death of everything: what was got is booked to the cent, what was cut is said to be unknown. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../src/domain/random.ts';
import type { TaskRecord } from '../../src/store/records.ts';
import type { StoredReply } from '../../src/store/replies.ts';
import type { GeminiReply } from '../helpers/gemini-reply.ts';
import { recordOf } from '../helpers/record.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { thinkingScript } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';
import { outcomesOf } from './outcomes.ts';
import { pidsOf } from './processes.ts';
import { SEED } from './random.ts';
import { extra } from './requests.ts';
import { createRig, type Rig } from './rig.ts';
import { strike } from './strike.ts';
import { undisturbed } from './undisturbed.ts';

const MODULES = 24;
const BUDGET = 1;
const WIDTH = 4;

/** USD a million tokens. */
const PRICES = { input: 1, output: 10 };
const settings = `prices:\n  google/gemini-2.5-flash: { input: ${PRICES.input}, output: ${PRICES.output} }\nconcurrency: ${WIDTH}\n`;

/** Tokens of a reply: other ones for each request, so that a sum tells which were booked. Some three cents. */
const tokensOf = (n: number) => ({ input: 10_000 + 17 * n, output: 2000 + n });
const costOf = (n: number): number => (tokensOf(n).input * PRICES.input + tokensOf(n).output * PRICES.output) / 1e6;
const MOST = costOf(200);

/** The numbers of the requests whose replies got to the cache. */
function keptRequests({ folder }: Rig): number[] {
  const replies = join(folder, '.batch-manager/replies');
  return readdirSync(replies, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(replies, name), 'utf8')) as StoredReply)
    .map(({ usage }) => (usage.outputTokens ?? 0) - 2000);
}

const cents = (usd: number): number => Math.round(usd * 100);

/** The ledger says what the server counted of the replies that were kept, and lists all others as unsettled. */
function expectBooked(rig: Rig, record: TaskRecord | null): void {
  const kept = keptRequests(rig);
  const counted = kept.reduce((sum, n) => sum + costOf(n), 0);
  const { cost = null } = record ?? {};
  expect({ calls: cost?.calls, cents: cents(cost?.usd ?? 0) }).toEqual({ calls: kept.length, cents: cents(counted) });
  expect(cost?.usd).toBeCloseTo(counted, 6);
  // A call that was killed between its line and its request is listed, too.
  expect(cost?.unsettled_calls).toBeGreaterThanOrEqual(rig.server.requests.length - kept.length);
}

describe.skipIf(noTemporal !== undefined)(`a budget of 1.00 USD (FAULT_SEED=${SEED})`, () => {
  test('is kept over three kill -9 of everything, the ledger is right to the cent, and a raise goes on', async () => {
    const random = randomFrom(SEED);
    const expected = await undisturbed(MODULES);
    const think = thinkingScript((_, n) => 300 + ((n * 37) % 200));
    const rig = await createRig({
      modules: MODULES,
      settings,
      script: async (request) => {
        const { input, output } = tokensOf(request.n);
        const usage = { promptTokenCount: input, candidatesTokenCount: output, totalTokenCount: input + output };
        return { ...((await think(request)) as GeminiReply), usage };
      },
    });
    const command = [...rig.command, '--budget', String(BUDGET)];
    let cli = rig.start(...command);
    const struck: number[] = [];
    for (const requests of [4, 10, 16]) {
      await until(() => rig.server.requests.length >= requests && rig.server.inFlight > 0, 120_000);
      await sleep(random() * 250);
      struck.push(await strike(rig, [cli.pid, ...pidsOf(rig, 'worker', 'spare', 'server', 'supervisor')]));
      await cli.result;
      cli = rig.start(...command);
    }
    const [id = ''] = readdirSync(join(rig.folder, 'tasks')).flatMap((name) => /(.*)\.json$/.exec(name)?.[1] ?? []);
    await until(() => recordOf(rig.folder, id)?.status === 'waiting', 120_000);
    const parked = recordOf(rig.folder, id);
    const { cost = null } = parked ?? {};
    console.log(JSON.stringify({ struck, made: rig.server.requests.length, ...cost, modules: undefined }));
    expect(parked?.reason).toMatch(/^waiting for budget: \$[\d.]+ of \$1\.00 is /);
    expectBooked(rig, parked);
    // Never more than what was in flight when it was reached could cost beyond its reserve.
    expect((cost?.usd ?? 0) + (cost?.unsettled_usd ?? 0)).toBeLessThanOrEqual(BUDGET + WIDTH * MOST);
    // It parks where no further call fits in, not before.
    expect((cost?.usd ?? 0) + (cost?.unsettled_usd ?? 0)).toBeGreaterThan(BUDGET - 2 * MOST);
    expect(cost?.unsettled_calls).toBeLessThanOrEqual(struck.length * WIDTH);
    expect(extra(rig.server)).toBeLessThanOrEqual(struck.reduce((sum, out) => sum + out, 0));

    expect(await rig.run('set', id, '--budget', '10')).toMatchObject({ code: 0, stdout: 'budget $1 to $10\n' });
    expect(await cli.result).toMatchObject({ code: 0 });
    const end = recordOf(rig.folder, id);
    expect(end).toMatchObject({ status: 'completed', budget_usd: 10 });
    expect(outcomesOf(end as TaskRecord)).toEqual(expected.outcomes);
    expectBooked(rig, end);
    await rig.end();
  });
});
