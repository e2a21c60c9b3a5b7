import { expect, test } from 'vitest';
import { self } from '../../src/process/identity.ts';
import { isDeadWorker, workerIdentity } from '../../src/worker/worker-identity.ts';

test('a worker is dead only where its process on this host is proven to be gone', () => {
  const mine = self();
  expect(isDeadWorker(workerIdentity(mine))).toBe(false);
  expect(isDeadWorker(workerIdentity({ ...mine, startTime: 'another' }))).toBe(true);
  expect(isDeadWorker(workerIdentity({ pid: 2 ** 22 + 1, startTime: 'x' }))).toBe(true);
  expect(isDeadWorker('batch-manager@another-host:1:x')).toBe(false);
  expect(isDeadWorker('temporal-cli:someone@here')).toBe(false);
});
