import { expect, test } from 'vitest';
import { failedClass, FAILED_CLASSES, moduleFailed } from '../../src/domain/failed.ts';
import { readClasses } from '../../src/progress/failed-modules.ts';

test('failed is what ended neither passed nor as a person asked', () => {
  expect((['ERROR', 'TIMEOUT', 'STUCK', 'MISSING', 'CONFLICT'] as const).every(moduleFailed)).toBe(true);
  expect((['FIXED', 'ACCEPTED', 'STOPPED', 'SKIPPED'] as const).some(moduleFailed)).toBe(false);
});

test('each failed module has a word that a person can choose by', () => {
  expect(failedClass({ outcome: 'ERROR', failure: 'QuotaExhausted' })).toBe('quota');
  expect(failedClass({ outcome: 'FAIL_AFTER_RETRIES', failure: null })).toBe('fail-after-retries');
  expect(FAILED_CLASSES).toEqual(expect.arrayContaining(['provider-down', 'timeout', 'base-changed']));
  expect(FAILED_CLASSES).not.toContain('stopped');
  expect(readClasses('quota, Timeout')).toEqual(['quota', 'timeout']);
  expect(() => readClasses('quota,nonsense')).toThrow(/--class has "nonsense", which is none of: rate, quota/);
});
