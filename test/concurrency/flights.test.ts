import { expect, test } from 'vitest';
import { Flights, Unawaited, type Attempt, type Control } from '../../src/concurrency/flights.ts';

/** An attempt of a task, with what ends it. */
function attemptOf(taskId = 'task'): Attempt & { end: () => void; leave: () => void; turnBack: () => void } {
  const [signal, gone, turnedBack] = [new AbortController(), new AbortController(), new AbortController()];
  return {
    taskId,
    signal: signal.signal,
    gone: gone.signal,
    turnedBack: turnedBack.signal,
    end: () => signal.abort(new Error('ended')),
    leave: () => gone.abort(new Error('given up')),
    turnBack: () => turnedBack.abort(new Error('turned back')),
  };
}

/** A flight that lands when it is told to, and notes its abort. */
function request(): {
  fly: (control: Control) => Promise<string>;
  land: (value: string) => void;
  made: number;
  aborted: boolean;
} {
  let land = (_value: string): void => undefined;
  const flown = {
    made: 0,
    aborted: false,
    land: (value: string) => land(value),
    fly: ({ signal }: Control) => {
      flown.made += 1;
      return new Promise<string>((resolve, reject) => {
        land = resolve;
        signal.addEventListener('abort', () => {
          flown.aborted = true;
          reject(signal.reason as Error);
        });
      });
    },
  };
  return flown;
}

test('calls with the same key are one call, and others are not held up', async () => {
  const flights = new Flights<number>();
  let flown = 0;
  const fly = async (): Promise<number> => {
    const mine = (flown += 1);
    await Promise.resolve();
    return mine;
  };
  const run = (key: string): Promise<number> => flights.run(key, attemptOf(), fly);
  expect(await Promise.all([run('a'), run('a'), run('b')])).toEqual([1, 1, 2]);
  expect(await run('a')).toBe(3);
});

test('an attempt that the server has given up leaves; its request goes on, and the next attempt takes it up', async () => {
  const flights = new Flights<string>();
  const flown = request();
  const first = attemptOf();
  const run = flights.run('a', first, flown.fly);
  first.leave();
  await expect(run).rejects.toThrow('given up');
  const second = flights.run('a', attemptOf(), () => Promise.reject(new Error('asked twice')));
  flown.land('the reply');
  expect(await second).toBe('the reply');
  expect(flown.aborted).toBe(false);
});

test("a reply that comes while nobody waits is nobody's failure, and a flight that nobody waits for is told so", async () => {
  const flights = new Flights<string>();
  const first = attemptOf();
  let isAwaited = (): boolean => true;
  const run = flights.run('a', first, async (control) => {
    isAwaited = () => control.isAwaited();
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (!control.isAwaited()) throw new Unawaited();
    return 'asked';
  });
  expect(isAwaited()).toBe(true);
  first.leave();
  await expect(run).rejects.toThrow('given up');
  expect(isAwaited()).toBe(false);
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(await flights.run('a', attemptOf(), () => Promise.resolve('asked anew'))).toBe('asked anew');
});

test('an attempt that is told to end ends the request of its task, and is over only when that is', async () => {
  const flights = new Flights<string>();
  const flown = request();
  const own = attemptOf();
  const run = flights.run('a', own, flown.fly);
  own.end();
  await expect(run).rejects.toThrow('ended');
  expect(flown.aborted).toBe(true);
});

test('a task that joined the call of another leaves it alone, and flies itself where that one is ended', async () => {
  const flights = new Flights<string>();
  const flown = request();
  const owner = attemptOf('one');
  const first = flights.run('a', owner, flown.fly);
  const stopped = attemptOf('two');
  const paused = attemptOf('three');
  const joined = [stopped, paused].map((attempt) => flights.run('a', attempt, flown.fly));
  const last = flights.run('a', attemptOf('four'), () => Promise.resolve('flown anew'));
  stopped.end();
  paused.turnBack();
  await expect(joined[0]).rejects.toThrow('ended');
  await expect(joined[1]).rejects.toThrow('turned back');
  expect(flown.aborted).toBe(false);
  owner.end();
  await expect(first).rejects.toThrow('ended');
  expect(await last).toBe('flown anew');
});
