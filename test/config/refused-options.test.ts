import { expect, test } from 'vitest';
import { refuseBudgets, refuseContradictions, refuseOutOfProportion } from '../../src/config/refused-options.ts';
import { DEFAULT_SETTINGS } from '../../src/domain/settings.ts';

test.each([
  [{ operation: 'research', reviewOnly: true }, 'batch-manager fix-review TRACK START END --review-only'],
  [{ operation: 'orchestrate', reviewOnly: true }, 'it changes nothing, and orchestrate writes research'],
  [{ operation: 'research', propose: true }, '--propose is for fix-review'],
  [{ operation: 'orchestrate', propose: true }, '--propose is for fix-review'],
  [{ operation: 'research', ask: true }, 'Leave it out'],
  [{ operation: 'fix-review', propose: true, reviewOnly: true }, 'Give --propose or --review-only, not both'],
  [{ operation: 'fix-review', ask: true, reviewOnly: true }, 'Give --ask or --review-only, not both'],
  [{ operation: 'fix-review', onlyFailed: 'latest', force: true }, 'give --no-cache'],
  [{ operation: 'fix-review', dryRun: true, background: true }, 'Give --dry-run or --background, not both'],
] as const)('%j is refused, with what to do instead', (typed, message) => {
  expect(() => refuseContradictions(typed)).toThrow(message);
});

test.each([
  { operation: 'orchestrate', ask: true },
  { operation: 'fix-review', propose: true, ask: true },
  { operation: 'fix-review', reviewOnly: true, force: true },
  { operation: 'research', force: true, background: true },
] as const)('%j makes sense', (typed) => {
  expect(() => refuseContradictions(typed)).not.toThrow();
});

test('a canary and a budget for one module are smaller than the whole', () => {
  const settings = { ...DEFAULT_SETTINGS, canary: 4, budgetUsd: 1, moduleBudgetUsd: 2 };
  expect(() => refuseOutOfProportion({ canary: '4' }, settings, 4)).toThrow('leaves nothing to run after it');
  expect(() => refuseOutOfProportion({ canary: '4' }, settings, 5)).not.toThrow();
  expect(() => refuseOutOfProportion({ moduleBudget: '2' }, settings, 5)).toThrow('raise --budget');
  expect(() => refuseOutOfProportion({}, settings, 1)).not.toThrow();
  expect(() => refuseBudgets(0, 5)).not.toThrow();
  expect(() => refuseBudgets(5, 5)).not.toThrow();
});
