import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { shortageText } from '../../src/domain/cost.ts';
import { modelsToPrice, noPriceText } from '../../src/domain/price-text.ts';
import { DEFAULT_SETTINGS, type TaskSettings } from '../../src/domain/settings.ts';
import type { Operation } from '../../src/domain/operation.ts';

const BOTH = ['work/a', 'work/b'];

test.each<[Operation, Partial<TaskSettings>, readonly string[]]>([
  ['fix-review', {}, []],
  ['fix-review', { budgetUsd: 1 }, BOTH],
  ['fix-review', { moduleBudgetUsd: 1 }, BOTH],
  ['fix-review', { budgetUsd: 1, reviewOnly: true }, ['work/b']],
  ['fix-review', { budgetUsd: 1, reviewModel: 'work/a' }, ['work/a']],
  ['research', { budgetUsd: 1 }, ['work/a']],
  ['orchestrate', { budgetUsd: 1 }, BOTH],
  ['undo', { budgetUsd: 1 }, []],
  ['apply', { budgetUsd: 1, moduleBudgetUsd: 1 }, []],
])('%s with %j needs prices of %j', (operation, settings, expected) => {
  const given = { ...DEFAULT_SETTINGS, model: 'work/a', reviewModel: 'work/b', ...settings };
  expect(modelsToPrice(operation, given)).toEqual(expected);
});

test.each(['google/m', 'ollama/qwen3:8b', 'openrouter/x/y-1.5+z@2', 'cli/a b', 'work/"q": #1'])(
  'the lines for %j are YAML with that very name',
  (model) => {
    const [, lines = ''] = /\n\n(prices:\n[^]*?)\n\n/.exec(noPriceText([model])) ?? [];
    expect(load(lines)).toEqual({ prices: { [model]: { input: 'USD', output: 'USD' } } });
  },
);

test.each([
  [{ unknown: 0, unknownCalls: 0 }, '', '$0.40 of $0.50 is spent, and fix r1 may cost $0.20 more'],
  [
    { unknown: 0.12, unknownCalls: 3 },
    '',
    '$0.40 of $0.50 is settled, $0.12 is reserved for 3 calls whose cost is not known, and fix r1 may cost $0.20 more',
  ],
  [
    { unknown: 0.0012, unknownCalls: 1 },
    ' for a module',
    '$0.40 of the $0.50 for a module is settled, $0.0012 is reserved for 1 call whose cost is not known, and fix r1 may cost $0.20 more',
  ],
])('a limit that does not reach says what is known: %#', (unknown, purpose, text) => {
  const shortage = { limit: 0.5, settled: 0.4, wanted: 0.2, ...unknown };
  expect(shortageText(shortage, 'fix r1', purpose)).toBe(text);
});
