import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { tryLock, withLock } from '../../src/process/lock.ts';
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
])('a lock %s is taken over, and nothing is left beside it', (_, content) => {
  const folder = tempFolder();
  writeFileSync(join(folder, 'x.lock'), content);
  expect(tryLock(join(folder, 'x.lock')).ok).toBe(true);
  expect(readdirSync(folder)).toEqual(['x.lock']);
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
  const waiting = withLock(path, () => Promise.resolve(void order.push('second')), { waitMs: 1000, what: 'x' });
  await expect(withLock(path, () => Promise.resolve(), { waitMs: 10, what: 'the other start' })).rejects.toThrow(
    `for the other start (process ${process.pid}`,
  );
  await Promise.all([slow, waiting]);
  expect(order).toEqual(['first', 'second']);
});

/** Takes the lock and holds it for a moment; prints whether it was alone in there. */
const TAKER = `
const { withLock } = await import(${JSON.stringify(join(PACKAGE_ROOT, 'dist/src/process/lock.js'))});
const { openSync, closeSync, rmSync } = await import('node:fs');
const [path, inside] = process.argv.slice(1);
await withLock(path, async () => {
  closeSync(openSync(inside, 'wx'));
  await new Promise((done) => setTimeout(done, 5));
  rmSync(inside);
}, { waitMs: 20000, what: 'the others' });
process.stdout.write('alone');
`;

describe('takers in processes of their own', () => {
  test('of 6 at once over a stale lock one has it at a time, 10 times', async () => {
    for (let round = 0; round < 10; round += 1) {
      const folder = tempFolder();
      writeFileSync(join(folder, 'x.lock'), DEAD);
      const takers = Array.from({ length: 6 }, () =>
        spawn(process.execPath, ['--input-type=module', '-e', TAKER, join(folder, 'x.lock'), join(folder, 'inside')], {
          stdio: ['ignore', 'pipe', 'pipe'],
        }),
      );
      const outputs = takers.map(async (taker) => {
        let text = '';
        taker.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
        taker.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
        await new Promise((done) => taker.once('close', done));
        return text;
      });
      expect(await Promise.all(outputs)).toEqual(Array.from({ length: 6 }, () => 'alone'));
      expect(readdirSync(folder)).toEqual([]);
    }
  }, 60_000);
});

test('the lock file names its owner', () => {
  const path = join(tempFolder(), 'x.lock');
  tryLock(path);
  expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid });
});
