import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { lockHolder, lockWhenFree, tryLock, withLock } from '../../src/process/lock.ts';
import { setTimeout as sleep } from 'node:timers/promises';
import { processId } from '../../src/process/identity.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { tempFolder } from '../helpers/temp.ts';

const DEAD = JSON.stringify({ pid: 2 ** 22 + 1, startTime: 'long ago', token: 'dead' });

test('a lock is held by one, and free again after its release', () => {
  const path = join(tempFolder(), 'x.lock');
  const first = tryLock(path);
  expect(first.ok).toBe(true);
  expect(tryLock(path)).toMatchObject({ ok: false, holder: { pid: process.pid } });
  if (first.ok) first.release();
  expect(tryLock(path).ok).toBe(true);
});

test.each([
  ['of a dead process', DEAD],
  [
    'of a process whose pid another one has now',
    JSON.stringify({ pid: process.pid, startTime: 'another', token: 't' }),
  ],
  ['that is garbage', 'not json'],
  ['that is empty', ''],
  ['that names nobody', '{}'],
  ['that is null', 'null'],
  ['that names its holder by halves', JSON.stringify({ pid: process.pid, token: 't' })],
])('a lock %s is taken over, and nothing is left beside it', (_, content) => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'x.lock'), content);
  expect(tryLock(join(folder, 'x.lock')).ok).toBe(true);
  expect(readdirSync(folder)).toEqual(['x.lock']);
});

test('a lock file that cannot be read for another reason is no garbage: it is left alone', () => {
  const path = join(tempFolder(), 'x.lock');
  mkdirSync(path);
  expect(() => tryLock(path)).toThrow('EISDIR');
  expect(existsSync(path)).toBe(true);
});

test('a lock that was copied with its folder is not held; the original is, also by another name of its folder', () => {
  const [folder, copy, elsewhere] = [tempFolder(), tempFolder(), tempFolder()];
  tryLock(join(folder, 'x.lock'));
  copyFileSync(join(folder, 'x.lock'), join(copy, 'x.lock'));
  symlinkSync(folder, join(elsewhere, 'link'));
  expect(tryLock(join(elsewhere, 'link/x.lock'))).toMatchObject({ ok: false, holder: { pid: process.pid } });
  expect(lockHolder(join(copy, 'x.lock'))).toBeNull();
  expect(tryLock(join(copy, 'x.lock')).ok).toBe(true);
  expect(readdirSync(copy)).toEqual(['x.lock']);
});

test('who waits for a lock has it soon after its holder is gone, killed or not, and one after the other', async () => {
  const path = join(tempFolder(), 'x.lock');
  const first = tryLock(path);
  const taken: string[] = [];
  const [a, b] = ['a', 'b'].map(async (name) => {
    const release = await lockWhenFree(path);
    taken.push(name);
    return release;
  });
  await sleep(100);
  expect(taken).toEqual([]);
  if (first.ok) first.release();
  const release = await Promise.race([a, b]);
  await sleep(100);
  expect(taken).toHaveLength(1);
  release?.();
  await Promise.all([a, b]);
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  await once(child, 'spawn');
  writeFileSync(path, JSON.stringify({ ...processId(child.pid ?? 0), token: 't' }));
  const after = lockWhenFree(path);
  child.kill('SIGKILL');
  (await after)();
  expect(existsSync(path)).toBe(false);
});

test('lockHolder names a living holder, and nobody where it is free or its holder is dead', () => {
  const path = join(tempFolder(), 'x.lock');
  expect(lockHolder(path)).toBeNull();
  writeFileSync(path, DEAD);
  expect(lockHolder(path)).toBeNull();
  tryLock(path);
  expect(lockHolder(path)).toMatchObject({ pid: process.pid });
});

test('the release of one whose lock was taken over does not free the new owner', () => {
  const path = join(tempFolder(), 'x.lock');
  const first = tryLock(path);
  writeFileSync(path, DEAD);
  const second = tryLock(path);
  if (first.ok) first.release();
  expect(second.ok && existsSync(path)).toBe(true);
});

test('withLock waits for its turn, and says who holds it where it takes too long', async () => {
  const path = join(tempFolder(), 'x.lock');
  const order: string[] = [];
  const slow = withLock(path, () => new Promise<void>((done) => setTimeout(() => done(void order.push('first')), 80)), {
    waitMs: 1000,
    what: 'x',
  });
  const waits: number[] = [];
  const waiting = withLock(path, () => Promise.resolve(void order.push('second')), {
    waitMs: 1000,
    what: 'x',
    onWait: ({ pid }) => waits.push(pid),
  });
  await expect(withLock(path, () => Promise.resolve(), { waitMs: 10, what: 'the other start' })).rejects.toThrow(
    `for the other start (process ${process.pid}`,
  );
  await Promise.all([slow, waiting]);
  expect(order).toEqual(['first', 'second']);
  expect(waits).toEqual([process.pid]);
});

/** Takes a lock when it is told to: once (`try`), or waiting, and says whether it was alone with it (`wait`). */
const TAKER = `
import { tryLock, withLock } from ${JSON.stringify(pathToFileURL(join(PACKAGE_ROOT, 'dist/src/process/lock.js')).href)};
import { closeSync, openSync, rmSync } from 'node:fs';
const alone = (inside) => async () => {
  closeSync(openSync(inside, 'wx'));
  await new Promise((done) => setTimeout(done, 2));
  rmSync(inside);
  return 'alone';
};
const once = (path) => {
  const attempt = tryLock(path);
  return attempt.ok ? 'won' : attempt.holder.pid;
};
process.on('message', async ({ how, path, inside, at = 0 }) => {
  // Started one after the other by their messages, they would hardly ever meet.
  while (Date.now() < at);
  const work = how === 'try' ? once(path) : withLock(path, alone(inside), { waitMs: 20000, what: 'the others' });
  process.send(await Promise.resolve(work).catch(String));
});
process.send('ready');
`;

describe('8 takers in processes of their own', () => {
  let takers: ChildProcess[];
  const ask = async (taker: ChildProcess, message: object): Promise<unknown> => {
    const answer = once(taker, 'message');
    taker.send(message);
    return ((await answer) as unknown[])[0];
  };

  beforeAll(async () => {
    takers = Array.from({ length: 8 }, () =>
      spawn(process.execPath, ['--input-type=module', '-e', TAKER], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] }),
    );
    await Promise.all(takers.map((taker) => once(taker, 'message')));
  });
  afterAll(() => takers.forEach((taker) => taker.kill('SIGKILL')));

  test.each([
    ['of a dead process', DEAD],
    ['that is garbage', 'not json'],
  ])('over a lock %s exactly one wins, and the others are told who, 100 times', async (_, content) => {
    for (let round = 0; round < 100; round += 1) {
      const path = join(tempFolder(), 'x.lock');
      writeFileSync(path, content);
      const at = Date.now() + 10;
      const answers = await Promise.all(takers.map((taker) => ask(taker, { how: 'try', path, at })));
      const winner = takers[answers.indexOf('won')];
      expect(answers).toEqual(takers.map((taker) => (taker === winner ? 'won' : winner?.pid)));
    }
  });

  test('over a lock of a dead process each has it alone, one after the other, 30 times', async () => {
    for (let round = 0; round < 30; round += 1) {
      const folder = tempFolder();
      const [path, inside] = [join(folder, 'x.lock'), join(folder, 'inside')];
      writeFileSync(path, DEAD);
      const answers = await Promise.all(takers.map((taker) => ask(taker, { how: 'wait', path, inside })));
      expect(answers).toEqual(takers.map(() => 'alone'));
      expect(readdirSync(folder)).toEqual([]);
    }
  });

  test('a lock whose holder is killed is taken over', async () => {
    const path = join(tempFolder(), 'x.lock');
    const [holder, other] = takers as [ChildProcess, ChildProcess];
    expect(await ask(holder, { how: 'try', path })).toBe('won');
    expect(await ask(other, { how: 'try', path })).toBe(holder.pid);
    const gone = once(holder, 'exit');
    holder.kill('SIGKILL');
    await gone;
    expect(await ask(other, { how: 'try', path })).toBe('won');
  });
});

test('the lock file names its owner', () => {
  const path = join(tempFolder(), 'x.lock');
  tryLock(path);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
});

test('what takers that were killed left beside a lock goes with its release, once it is old', async () => {
  const folder = tempFolder();
  const path = join(folder, 'worker.lock');
  const left = [`${path}.0123456789abcdef`, `${path}.dead-0123456789abcdef`];
  for (const file of [...left, `${path}.ready`]) writeFileSync(file, '{}');
  const attempt = tryLock(path);
  if (!attempt.ok) throw new Error('the lock is not free');
  await sleep(5500);
  attempt.release();
  expect(readdirSync(folder)).toEqual(['worker.lock.ready']);
});
