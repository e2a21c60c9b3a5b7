import { expect, test } from 'vitest';
import { self } from '../../src/process/identity.ts';
import { TokenStore } from '../../src/store/tokens.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { isDeadWorker, workerIdentity } from '../../src/worker/worker-identity.ts';
import { tempWorkspace, writeTree } from '../helpers/curriculum.ts';

test('tokens are there until their call is over, and a torn file is passed over', async () => {
  const root = tempWorkspace();
  const tokens = new TokenStore(workspaceAt(root));
  expect(await tokens.list()).toEqual([]);
  const token = { token: 'abc', worker: 'w', runId: 'r', activityId: '1' };
  await tokens.put(token);
  await tokens.put({ ...token, token: 'def' });
  writeTree(root, { '.batch-manager/tokens/torn.json': '{"token":"x' });
  await tokens.remove('def');
  expect(await tokens.list()).toEqual([token]);
});

test('a worker is dead only where its process on this host is proven to be gone', () => {
  const mine = self();
  expect(isDeadWorker(workerIdentity(mine))).toBe(false);
  expect(isDeadWorker(workerIdentity({ ...mine, startTime: 'another' }))).toBe(true);
  expect(isDeadWorker(workerIdentity({ pid: 2 ** 22 + 1, startTime: 'x' }))).toBe(true);
  expect(isDeadWorker('batch-manager@another-host:1:x')).toBe(false);
  expect(isDeadWorker('temporal-cli:someone@here')).toBe(false);
});
