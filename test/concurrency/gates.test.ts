import { expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { StopRequest, TaskGates } from '../../src/concurrency/gates.ts';
import { LimitStore } from '../../src/store/limits.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { tempFolder } from '../helpers/temp.ts';

const never = new AbortController().signal;

async function gatesOf(width: number) {
  const limits = new LimitStore(workspaceAt(tempFolder()));
  const gates = new TaskGates(limits);
  await gates.setLimits('t', width);
  return { gates, limits };
}

test('no more calls hold a permit than the width allows, and the width is reached', async () => {
  const { gates } = await gatesOf(3);
  let inFlight = 0;
  let most = 0;
  const call = async (): Promise<void> => {
    const permit = await gates.acquire('t', never);
    most = Math.max(most, (inFlight += 1));
    await sleep(Math.random() * 5);
    inFlight -= 1;
    permit?.release();
  };
  await Promise.all(Array.from({ length: 60 }, call));
  expect(most).toBe(3);
});

test('a permit that is released twice frees one place only', async () => {
  const { gates } = await gatesOf(1);
  const first = await gates.acquire('t', never);
  first?.release();
  first?.release();
  await gates.acquire('t', never);
  const third = gates.acquire('t', AbortSignal.timeout(30));
  await expect(third).rejects.toThrow('timeout');
});

test('a waiting call that is aborted hands its turn on', async () => {
  const { gates } = await gatesOf(1);
  const first = await gates.acquire('t', never);
  const aborted = new AbortController();
  const second = gates.acquire('t', aborted.signal);
  const third = gates.acquire('t', never);
  await sleep(1);
  first?.release();
  aborted.abort(new Error('gone'));
  await expect(second).rejects.toThrow('gone');
  expect(await third).not.toBeNull();
});

test('closing the gate aborts all calls of the task, lets no call through, and outlives the worker', async () => {
  const { gates, limits } = await gatesOf(1);
  const other = gates.register('another task', 'm');
  const running = gates.register('t', 'm');
  await gates.acquire('t', running.signal);
  const waiting = gates.register('t', 'n');
  const turn = gates.acquire('t', waiting.signal);
  await gates.close('t');
  await expect(turn).rejects.toBeInstanceOf(StopRequest);
  expect(running.signal.reason).toBeInstanceOf(StopRequest);
  expect(other.signal.aborted).toBe(false);
  await gates.setLimits('t', 8);
  await expect(gates.acquire('t', never)).rejects.toBeInstanceOf(StopRequest);
  await expect(new TaskGates(limits).acquire('t', never)).rejects.toBeInstanceOf(StopRequest);
});

test('a task without limits is paused until the batch sends them', async () => {
  const limits = new LimitStore(workspaceAt(tempFolder()));
  const gates = new TaskGates(limits);
  expect(await gates.acquire('t', never)).toBeNull();
  await gates.setLimits('t', 1);
  expect(await gates.acquire('t', never)).not.toBeNull();
});

test('width 0 answers waiting calls with a pause', async () => {
  const { gates } = await gatesOf(1);
  await gates.acquire('t', never);
  const waiting = gates.acquire('t', never);
  await sleep(1);
  await gates.setLimits('t', 0);
  expect(await waiting).toBeNull();
});

test('a call of one module is aborted alone', async () => {
  const { gates } = await gatesOf(2);
  const [one, two] = [gates.register('t', 'one'), gates.register('t', 'two')];
  gates.abortModule('t', 'one');
  expect([one.signal.aborted, two.signal.aborted]).toEqual([true, false]);
});
