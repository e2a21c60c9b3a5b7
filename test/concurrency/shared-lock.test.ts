import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { SharedLock } from '../../src/concurrency/shared-lock.ts';

/** An action that is over when it is told, and notes when it began and ended. */
function action(name: string, log: string[]) {
  let end = (): void => undefined;
  const over = new Promise<void>((done) => (end = done));
  const run = async (): Promise<string> => {
    log.push(`${name} begins`);
    await over;
    log.push(`${name} ends`);
    return name;
  };
  return { run, end };
}

test('many share it; one alone waits for them, and those behind it wait for that one', async () => {
  const lock = new SharedLock();
  const log: string[] = [];
  const [a, b, x, c] = ['a', 'b', 'x', 'c'].map((name) => action(name, log));
  const runs = [lock.shared(a!.run), lock.shared(b!.run), lock.alone(x!.run), lock.shared(c!.run)];
  await turn();
  expect(log).toEqual(['a begins', 'b begins']);
  a!.end();
  b!.end();
  await turn();
  expect(log.slice(2)).toEqual(['a ends', 'b ends', 'x begins']);
  x!.end();
  await turn();
  expect(log.slice(5)).toEqual(['x ends', 'c begins']);
  c!.end();
  expect(await Promise.all(runs)).toEqual(['a', 'b', 'x', 'c']);
});

test('two that want to be alone are so, one after the other', async () => {
  const lock = new SharedLock();
  const log: string[] = [];
  const [x, y] = ['x', 'y'].map((name) => action(name, log));
  const runs = [lock.alone(x!.run), lock.alone(y!.run)];
  await turn();
  expect(log).toEqual(['x begins']);
  x!.end();
  await turn();
  expect(log).toEqual(['x begins', 'x ends', 'y begins']);
  y!.end();
  await Promise.all(runs);
});

test('one that fails lets the next in', async () => {
  const lock = new SharedLock();
  await expect(lock.alone(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await lock.shared(() => Promise.resolve(1))).toBe(1);
});
