import { expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { KeyedLock } from '../../src/concurrency/keyed-lock.ts';

test('what has the same key runs one after the other, what has another does not wait', async () => {
  const locks = new KeyedLock();
  const order: string[] = [];
  const run = (key: string, name: string, ms: number) =>
    locks.run(key, async () => {
      await sleep(ms);
      order.push(name);
    });
  await Promise.all([run('a', 'first', 30), run('a', 'second', 0), run('b', 'other', 0)]);
  expect(order).toEqual(['other', 'first', 'second']);
});

test("a failure is its own caller's, and the next one runs", async () => {
  const locks = new KeyedLock();
  const failing = locks.run('a', () => Promise.reject(new Error('mine')));
  const next = locks.run('a', () => Promise.resolve('ran'));
  await expect(failing).rejects.toThrow('mine');
  expect(await next).toBe('ran');
});
