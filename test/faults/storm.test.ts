import { describe, expect, test } from 'vitest';
import { rateLimited } from '../helpers/gemini-reply.ts';
import type { GeminiScript } from '../helpers/gemini-server.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { thinkingScript } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';
import { onlyRecord, outcomesOf } from './outcomes.ts';
import { distinct } from './requests.ts';
import { createRig } from './rig.ts';
import { undisturbed } from './undisturbed.ts';

const MODULES = 12;

/** Refuses each prompt once or twice, by its number, before it thinks. */
function stormScript(refused: { count: number }, times: (n: number) => number): GeminiScript {
  const left = new Map<string, number>();
  const think = thinkingScript(() => 100);
  return (request) => {
    const tries = left.get(request.prompt) ?? times(left.size);
    left.set(request.prompt, tries - 1);
    if (tries <= 0) return think(request);
    refused.count += 1;
    return { ...rateLimited(), headers: { 'retry-after': '1' } };
  };
}

describe.skipIf(noTemporal !== undefined)('a storm of 429', () => {
  test('burns no round and no attempt: each refused request is asked again, and nothing else', async () => {
    const expected = await undisturbed(MODULES);
    const refused = { count: 0 };
    const rig = await createRig({ modules: MODULES, script: stormScript(refused, (n) => 1 + (n % 2)) });
    await rig.begin();
    const record = await rig.watch();
    const requests = { needed: expected.prompts.size, refused: refused.count, made: rig.server.requests.length };
    console.log(JSON.stringify(requests));
    expect(outcomesOf(record)).toEqual(expected.outcomes);
    expect(distinct(rig.server)).toEqual(expected.prompts);
    expect(requests.made).toBe(requests.needed + requests.refused);
    expect(rig.server.maxInFlight).toBeLessThanOrEqual(8);
    await rig.end();
  });

  test('is stopped within 4 s', async () => {
    const rig = await createRig({ modules: MODULES, script: stormScript({ count: 0 }, () => 1000) });
    const id = await rig.begin();
    await until(() => rig.server.requests.length >= 24, 60_000);
    const at = Date.now();
    expect(await rig.run('stop', id)).toMatchObject({ code: 0 });
    const record = onlyRecord(rig.folder);
    const took = Date.parse(record.stopped_at ?? '') - at;
    console.log(`stopped ${took} ms after the command`);
    expect(record.counts).toEqual({ STOPPED: MODULES });
    expect(took).toBeLessThan(4000);
    await rig.end();
  });
});
