import { expect, test } from 'vitest';
import type { TaskCost } from '../../src/domain/cost.ts';
import { costCell, costText, moduleCostCell, stepCostTable } from '../../src/views/cost.ts';

const cost = (change: Partial<TaskCost>): TaskCost => ({
  usd: 1.234,
  calls: 1200,
  unpriced_calls: 0,
  estimated_calls: 0,
  unsettled_calls: 0,
  unsettled_usd: 0,
  input_tokens: 3_400_000,
  output_tokens: 1234,
  modules: {},
  ...change,
});

test.each([
  [null, '', ''],
  [cost({ usd: 0, input_tokens: 0, output_tokens: 0 }), '', ''],
  [cost({}), '$1.23: 1,200 calls, 3,400,000 + 1,234 tokens', '$1.23'],
  [cost({ usd: 0.00123, calls: 1 }), '$0.0012: 1 call, 3,400,000 + 1,234 tokens', '$0.0012'],
  [
    cost({ unpriced_calls: 1, estimated_calls: 3, unsettled_calls: 2, unsettled_usd: 0.12 }),
    '$1.23: 1,200 calls, 3,400,000 + 1,234 tokens, 1 call of a model has no known price, 3 calls estimated, whose tokens the provider did not count, 2 calls whose cost is not known ($0.12 reserved)',
    '$1.23',
  ],
  [
    cost({ usd: 0, calls: 0, input_tokens: 0, output_tokens: 0, unsettled_calls: 1 }),
    '$0.00: 0 calls, 0 + 0 tokens, 1 call whose cost is not known',
    '?',
  ],
  [
    cost({ usd: 0, unpriced_calls: 1200 }),
    '1,200 calls, 3,400,000 + 1,234 tokens, their model has no known price',
    '?',
  ],
])('the cost of a task in words: %#', (value, text, cell) => {
  expect([costText(value), costCell(value)]).toEqual([text, cell]);
});

test('a module has a cost where something was paid for, and its price is known', () => {
  expect(moduleCostCell(cost({ modules: { '01': 0.25 } }), '01')).toBe('$0.25');
  expect(moduleCostCell(cost({ modules: { '01': 0.25 } }), '02')).toBe('');
  expect(moduleCostCell(cost({ unpriced_calls: 1200, modules: { '01': 0 } }), '01')).toBe('');
  expect(moduleCostCell(null, '01')).toBe('');
});

test('the steps of a module have a row each; one that is free has none', () => {
  const step = { round: 0, ask: 'review', calls: 1, cut: 0, input: 3400, output: 120, usd: 0.0123 };
  expect(stepCostTable([step, { ...step, round: 1, ask: 'fix', cut: 1, usd: null }])).toBe(
    'STEP       CALLS              TOKENS       COST\n' +
      'review r0  1                  3,400 + 120  $0.0123\n' +
      'fix r1     1 and 1 not known  3,400 + 120  ?\n',
  );
  expect(stepCostTable([{ ...step, input: 0, output: 0, usd: 0 }])).toBe('');
  expect(stepCostTable([])).toBe('');
});
