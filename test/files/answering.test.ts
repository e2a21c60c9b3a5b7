import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Answering } from '../../src/files/answering.ts';

const never = (): Promise<never> => new Promise(() => undefined);

test('a folder that does not answer is given up after the deadline, and the next who ask are told at once', async () => {
  let asked = 0;
  const answering = new Answering(() => {
    asked += 1;
    return never();
  }, 50);
  await expect(answering.ask('/gone')).rejects.toThrow('/gone has not answered for');
  const started = performance.now();
  await expect(answering.ask('/gone')).rejects.toThrow('has not answered');
  expect(performance.now() - started).toBeLessThan(40);
  // Each question holds a thread of the pool for as long as there is no answer.
  expect(asked).toBe(1);
});

test('others are asked all the while, until only one thread is left', async () => {
  const answering = new Answering((path) => (path.startsWith('/gone') ? never() : sleep(1)), 20);
  for (const path of ['/gone/1', '/gone/2', '/gone/3']) {
    await expect(answering.ask(path)).rejects.toThrow('has not answered');
    if (path !== '/gone/3') await answering.ask(`/here${path}`);
  }
  await expect(answering.ask('/gone/4')).rejects.toThrow('/gone/1, /gone/2, /gone/3 has not answered');
});

test('an answer counts for a while, also that nothing is there; a folder that answers late is asked again', async () => {
  let asked = 0;
  const answering = new Answering(async () => {
    asked += 1;
    await sleep(asked === 1 ? 40 : 0);
    throw new Error('ENOENT');
  }, 20);
  await expect(answering.ask('/late')).rejects.toThrow('has not answered');
  await sleep(40);
  await answering.ask('/late');
  await answering.ask('/late');
  expect(asked).toBe(1);
  await answering.ask('/other');
  expect(asked).toBe(2);
});
