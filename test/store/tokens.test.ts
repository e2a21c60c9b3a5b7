import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TokenStore } from '../../src/store/tokens.ts';
import { workspaceAt, type Workspace } from '../../src/store/workspace.ts';
import { tempFolder } from '../helpers/temp.ts';

const token = (name: string) => ({ token: name, runId: 'run', activityId: '7' });
const isDead = (worker: string): boolean => worker.startsWith('dead');

async function leftBy(workspace: Workspace): Promise<string[]> {
  const left = await new TokenStore(workspace, 'living').left(isDead);
  return left.flatMap(({ entries }) => entries.map((entry) => entry.token));
}

test('tokens outlive the worker that wrote them, less those that it removed', async () => {
  const workspace = workspaceAt(tempFolder());
  const dead = new TokenStore(workspace, 'dead 1');
  for (const name of ['a', 'ü'.repeat(200), 'c']) dead.put(token(name));
  expect(await leftBy(workspace)).toEqual(['a', 'ü'.repeat(200), 'c']);
  dead.remove('ü'.repeat(200));
  dead.remove('unknown');
  expect(await leftBy(workspace)).toEqual(['a', 'c']);
  dead.remove('a');
  dead.remove('c');
  expect(await leftBy(workspace)).toEqual([]);
});

test('those of living workers are left alone; those of dead ones are done away with when they are told to', async () => {
  const workspace = workspaceAt(tempFolder());
  new TokenStore(workspace, 'dead 1').put(token('a'));
  new TokenStore(workspace, 'dead 2').put(token('b'));
  new TokenStore(workspace, 'living 2').put(token('c'));
  const left = await new TokenStore(workspace, 'living').left(isDead);
  expect(left.flatMap(({ entries }) => entries.map((entry) => entry.token)).toSorted()).toEqual(['a', 'b']);
  await Promise.all(left.map((one) => one.drop()));
  expect(await leftBy(workspace)).toEqual([]);
  expect(readdirSync(join(workspace.state, 'tokens'))).toHaveLength(1);
});

test('a file that is damaged or of another form is passed over', async () => {
  const workspace = workspaceAt(tempFolder());
  new TokenStore(workspace, 'dead 1').put(token('a'));
  const folder = join(workspace.state, 'tokens');
  const [name = ''] = readdirSync(folder);
  const text = readFileSync(join(folder, name), 'utf8');
  writeFileSync(join(folder, name), text.replace('"activityId":"7"', '"activityId":7'));
  writeFileSync(join(folder, 'cut.json'), text.slice(0, -5));
  expect(await leftBy(workspace)).toEqual([]);
});
