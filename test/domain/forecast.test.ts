import { describe, expect, test } from 'vitest';
import { forecast, totalOf, type ModuleUse } from '../../src/domain/forecast.ts';
import { randomFrom } from '../../src/domain/random.ts';

const KNOWN = 20;
const NEXT = 20;

/** A normal deviate. */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Modules as a track has them: a third passes at once, some use all their rounds, and lengths differ by half. */
function simulated(random: () => number): ModuleUse {
  const at = random();
  const rounds = at < 0.35 ? 0 : at < 0.7 ? 1 : at < 0.9 ? 2 : 3;
  const length = 6000 * Math.exp(0.4 * normal(random));
  const calls = 1 + 2 * rounds;
  const inputTokens = calls * (length + 1500);
  const outputTokens = (rounds + 1) * 2000 + rounds * length;
  const usd = (inputTokens * 0.3 + outputTokens * 2.5) / 1e6;
  return { calls, inputTokens, outputTokens, usd, ms: outputTokens * 8 * Math.exp(0.3 * normal(random)) };
}

const many = (count: number, random: () => number): ModuleUse[] =>
  Array.from({ length: count }, () => simulated(random));

/** How the forecast after twenty modules fared against what the next twenty really needed. */
function simulation(seed: number) {
  const random = randomFrom(seed);
  const told = forecast(many(KNOWN, random), NEXT, 8);
  const truth = totalOf(many(NEXT, random), 8);
  const pairs = [
    [told.usd, truth.usd ?? Number.NaN],
    [told.calls, truth.calls],
    [told.output_tokens, truth.outputTokens],
    [told.minutes, truth.ms / 60_000],
  ] as const;
  return pairs.map(([range, value]) => ({
    under: value <= (range?.p90 ?? Number.NaN),
    near: Math.abs((range?.median ?? Number.NaN) - value) <= 0.25 * value,
  }));
}

/** In how many simulations something is so, of each of USD, calls, tokens and minutes. */
function counted(seeds: readonly number[], what: 'under' | 'near'): number[] {
  const runs = seeds.map(simulation);
  return [0, 1, 2, 3].map((index) => runs.filter((run) => run[index]?.[what]).length);
}

describe('a forecast after 20 modules', () => {
  const seeds = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

  test('in ten simulations: the next 20 lie under the mark of 90 in eight, and within 25 % of the median in six', () => {
    expect(Math.min(...counted(seeds(10), 'under'))).toBeGreaterThanOrEqual(8);
    expect(Math.min(...counted(seeds(10), 'near'))).toBeGreaterThanOrEqual(6);
  });

  test('in two hundred simulations: the mark of 90 is one, and no wider than it has to be', () => {
    for (const under of counted(seeds(200), 'under')) {
      expect(under).toBeGreaterThanOrEqual(166);
      expect(under).toBeLessThanOrEqual(192);
    }
  });
});

test('of modules that all need the same it tells just that, and the time by the width', () => {
  const use = { calls: 3, inputTokens: 100, outputTokens: 10, usd: 0.01, ms: 60_000 };
  const same = (value: number) => ({ median: expect.closeTo(value), p90: expect.closeTo(value) });
  expect(forecast([use, use], 10, 4)).toEqual({
    calls: same(30),
    input_tokens: same(1000),
    output_tokens: same(100),
    usd: same(0.1),
    minutes: same(3),
  });
  expect(forecast([use], 10, 1).minutes).toEqual(same(10));
  expect(forecast([use], 0, 4)).toMatchObject({ calls: same(0), minutes: same(0) });
});

test('it is the same for the same history, and says no cost where a price is not known', () => {
  const known = many(KNOWN, randomFrom(1));
  expect(forecast(known, NEXT, 8)).toEqual(forecast(known, NEXT, 8));
  expect(forecast([...known, { ...simulated(randomFrom(2)), usd: null }], NEXT, 8).usd).toBeNull();
});

test('ten thousand modules are told of without a wait', () => {
  const { calls } = forecast(many(KNOWN, randomFrom(3)), 10_000, 8);
  expect(calls.p90).toBeGreaterThan(calls.median);
});
