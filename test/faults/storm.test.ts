/** A provider that refuses every call two or three times, in the three forms in which a wait can be said. */
import { describe, expect, test } from 'vitest';
import { rateLimited, type GeminiReply } from '../helpers/gemini-reply.ts';
import type { GeminiScript } from '../helpers/gemini-server.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { thinkingScript } from '../helpers/thinking-server.ts';
import { mostAttempts } from './history-events.ts';
import { outcomesOf } from './outcomes.ts';
import { distinct } from './requests.ts';
import { createRig, type Rig } from './rig.ts';
import { undisturbed } from './undisturbed.ts';

const MODULES = 60;

/** The wait that is asked for, s. */
const ASKED_S = 50;

/** A 250th of it is waited. */
const SCALE = 0.004;
const WAIT_MS = ASKED_S * 1000 * SCALE;

/** A date tells whole seconds: up to one of them is missing. */
const LEAST_WAIT_MS = WAIT_MS - 1000 * SCALE;

/** After so long a time a refusal has been read, but on a machine that is busy elsewhere, ms. */
const READ_MS = 80;

const FORMS: readonly (() => GeminiReply)[] = [
  () => ({ ...rateLimited(), headers: { 'retry-after': String(ASKED_S) } }),
  () => rateLimited(`${ASKED_S}s`),
  () => ({ ...rateLimited(), headers: { 'retry-after': new Date(Date.now() + ASKED_S * 1000).toUTCString() } }),
];

/** A refusal: of which prompt, and when it was sent. */
interface Refusal {
  readonly prompt: string;
  readonly at: number;
}

/** Refuses each prompt so many times, by its number, before it thinks. */
function stormScript(refusals: Refusal[], times: (n: number) => number): GeminiScript {
  const left = new Map<string, number>();
  const think = thinkingScript(() => 20);
  return (request) => {
    const tries = left.get(request.prompt) ?? times(left.size);
    left.set(request.prompt, tries - 1);
    if (tries <= 0) return think(request);
    refusals.push({ prompt: request.prompt, at: Date.now() });
    return FORMS[refusals.length % FORMS.length]?.() ?? rateLimited();
  };
}

/** Requests that came while the server had said to wait: to this very call, and to any call. */
function early(rig: Rig, refusals: readonly Refusal[]): { own: number; any: number } {
  const within = (after: number, { at }: Refusal, startedAt: number): boolean =>
    startedAt > at + after && startedAt < at + LEAST_WAIT_MS;
  const count = (is: (prompt: string, startedAt: number) => boolean): number =>
    rig.server.requests.filter(({ prompt, startedAt }) => is(prompt, startedAt)).length;
  return {
    own: count((prompt, at) => refusals.some((refusal) => refusal.prompt === prompt && within(0, refusal, at))),
    any: count((_, at) => refusals.some((refusal) => within(READ_MS, refusal, at))),
  };
}

const env = { BATCH_MANAGER_WAIT_SCALE: String(SCALE) };

describe.skipIf(noTemporal !== undefined)('a storm of 429', () => {
  test('burns no round and no attempt, and its waits are kept: each refused request is asked again, and nothing else', async () => {
    const expected = await undisturbed(MODULES);
    const refusals: Refusal[] = [];
    const rig = await createRig({ modules: MODULES, script: stormScript(refusals, (n) => 2 + (n % 2)), env });
    const begun = Date.now();
    await rig.begin();
    const record = await rig.watch();
    const needed = expected.prompts.size;
    const figures = { needed, refused: refusals.length, made: rig.server.requests.length, early: early(rig, refusals) };
    console.log(JSON.stringify({ ...figures, seconds: Math.round((Date.now() - begun) / 1000) }));
    expect(refusals.length).toBeGreaterThanOrEqual(2 * needed);
    expect(outcomesOf(record)).toEqual(expected.outcomes);
    expect(distinct(rig.server)).toEqual(expected.prompts);
    expect(figures.made).toBe(needed + refusals.length);
    expect(rig.server.maxInFlight).toBeLessThanOrEqual(8);
    // The wait of a call itself is kept to the millisecond; that of the others from the moment at which they can know.
    expect(figures.early.own).toBe(0);
    expect(figures.early.any).toBeLessThanOrEqual(0.05 * figures.made);
    expect(await mostAttempts(rig)).toBe(1);
    await rig.end();
  });
});
