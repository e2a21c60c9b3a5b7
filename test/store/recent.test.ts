import { expect, test } from 'vitest';
import { Recent } from '../../src/store/recent.ts';

test('of more values than are kept the one that was used longest ago goes', () => {
  const recent = new Recent<number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  expect(recent.get('a')).toBe(1);
  recent.set('c', 3);
  expect(['a', 'b', 'c'].map((key) => recent.get(key))).toEqual([1, undefined, 3]);
});
