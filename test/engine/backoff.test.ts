import { expect, test } from 'vitest';
import { Backoff } from '../../src/engine/backoff.ts';

test('a child that keeps dying is started ever more slowly, up to every 30 s; one that lived a minute is sound again', () => {
  const backoff = new Backoff();
  let now = 1_000_000;
  const waits: number[] = [];
  for (let start = 0; start < 12; start += 1) {
    const from = now;
    while (!backoff.isDue(now)) now += 100;
    waits.push(now - from);
    backoff.started(now);
  }
  expect(waits.slice(0, 6)).toEqual([0, 200, 400, 800, 1600, 3200]);
  expect(waits.at(-1)).toBe(30_000);
  now += 61_000;
  expect(backoff.isDue(now)).toBe(true);
  backoff.started(now);
  expect(backoff.isDue(now + 200)).toBe(true);
});
