import { expect, test } from 'vitest';
import { bookedCalls, stepCosts } from '../../src/domain/booked-calls.ts';

const asked = (id: string, ask: string, round: number | null) =>
  ({
    kind: 'asked',
    id,
    at: '2026-11-24T10:00:00.000Z',
    reply: `reply ${id}`,
    module: 'b1/01',
    ask,
    round,
    model: 'work/m',
  }) as const;
const settled = (id: string, usd: number | null) =>
  ({ kind: 'settled', id, at: '2026-11-24T10:00:02.500Z', usd, input: 100, output: 10 }) as const;

test('a call is put together from its two lines, whatever stands between them', () => {
  const [first, second, third] = bookedCalls([
    asked('1', 'review', 0),
    asked('2', 'fix', 1),
    settled('2', 0.5),
    { kind: 'refused', id: '1', at: '2026-11-24T10:00:01.000Z' },
    asked('3', 'review', 1),
  ]);
  expect(first).toMatchObject({ ask: 'review', replied: false, cut: false, ms: 1000, usd: null });
  expect(second).toMatchObject({
    reply: 'reply 2',
    ask: 'fix',
    round: 1,
    replied: true,
    ms: 2500,
    usd: 0.5,
    input: 100,
  });
  expect(third).toMatchObject({ replied: false, cut: true, ms: 0 });
});

test('steps are summed over their calls; a refusal is none, and what has no price stays without', () => {
  const calls = bookedCalls([
    asked('1', 'review', 0),
    settled('1', 0.25),
    asked('2', 'review', 0),
    settled('2', 0.5),
    asked('3', 'fix', 1),
    { kind: 'refused', id: '3', at: '2026-11-24T10:00:01.000Z' },
    asked('4', 'fix', 1),
    { kind: 'unsettled', id: '4', at: '2026-11-24T10:00:01.000Z' },
    asked('5', 'review', null),
    settled('5', null),
  ]);
  expect(stepCosts(calls)).toEqual([
    { round: 0, ask: 'review', calls: 2, cut: 0, input: 200, output: 20, usd: 0.75 },
    { round: 1, ask: 'fix', calls: 0, cut: 1, input: 0, output: 0, usd: null },
    { round: null, ask: 'review', calls: 1, cut: 0, input: 100, output: 10, usd: null },
  ]);
});
