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

test('who gives up before its turn does not wait for it, and the turn is kept', async () => {
  const locks = new KeyedLock();
  const order: string[] = [];
  const { signal, abort } = abortable();
  const first = locks.run('a', async () => {
    await sleep(30);
    order.push('first');
  });
  const second = locks.run('a', () => Promise.reject(new Error('never')), signal);
  abort(new Error('gone'));
  await expect(second).rejects.toThrow('gone');
  expect(order).toEqual([]);
  await locks.run('a', () => Promise.resolve(order.push('third')));
  await first;
  expect(order).toEqual(['first', 'third']);
});

test('a signal that came before is heard at once, one that comes after the turn is left to the action', async () => {
  const locks = new KeyedLock();
  const { signal, abort } = abortable();
  const running = locks.run('a', () => sleep(20, 'ended'), signal);
  await sleep(1);
  abort(new Error('late'));
  await expect(locks.run('a', () => Promise.resolve('ran'), AbortSignal.abort(new Error('gone')))).rejects.toThrow(
    'gone',
  );
  expect(await Promise.race([running, Promise.resolve('still runs')])).toBe('still runs');
  expect(await running).toBe('ended');
});

function abortable(): { readonly signal: AbortSignal; readonly abort: (reason: Error) => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: (reason) => controller.abort(reason) };
}
