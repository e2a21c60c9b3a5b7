import { expect, test } from 'vitest';
import { Flights } from '../../src/concurrency/flights.ts';

const never = new AbortController().signal;

test('calls with the same key are one call, and others are not held up', async () => {
  const flights = new Flights<number>();
  let flown = 0;
  const fly = async (): Promise<number> => {
    const mine = (flown += 1);
    await Promise.resolve();
    return mine;
  };
  expect(
    await Promise.all([flights.run('a', never, fly), flights.run('a', never, fly), flights.run('b', never, fly)]),
  ).toEqual([1, 1, 2]);
  expect(await flights.run('a', never, fly)).toBe(3);
});

test('where the flight under way fails, the one that joined flies itself', async () => {
  const flights = new Flights<string>();
  const first = flights.run('a', never, () => Promise.reject(new Error('aborted there')));
  const second = flights.run('a', never, () => Promise.resolve('done'));
  await expect(first).rejects.toThrow('aborted there');
  expect(await second).toBe('done');
});

test('one that joined leaves at its own abort', async () => {
  const flights = new Flights<string>();
  void flights.run('a', never, () => new Promise(() => undefined));
  const own = new AbortController();
  const joined = flights.run('a', own.signal, () => Promise.resolve('never flown'));
  own.abort(new Error('mine'));
  await expect(joined).rejects.toThrow('mine');
});
