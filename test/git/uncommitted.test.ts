import { join } from 'node:path';
import { writeFileSync, existsSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { uncommittedModules, uncommittedText } from '../../src/git/uncommitted-modules.ts';
import { uncommittedFiles } from '../../src/git/uncommitted.ts';
import { applyVersion } from '../../src/store/apply.ts';
import { backupFolder } from '../../src/store/backups.ts';
import { modulePaths, readModule } from '../../src/store/module-files.ts';
import { WorkStore } from '../../src/store/versions.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { GIT_ENV, TestRepository } from '../helpers/git.ts';
import { tempFolder } from '../helpers/temp.ts';

beforeAll(() => void Object.assign(process.env, GIT_ENV));

const { signal } = new AbortController();
const FILES = {
  'c/b1/01-a.md': 'a\n',
  'c/b1/02-b.md': 'b\n',
  'c/b1/03-c.md': 'c\n',
  'c/b1/meta/03-c.yaml': 'c: 1\n',
  'c/b2/01-a.md': 'other track\n',
  'c/plans/b1/04-d.yaml': 'd: 1\n',
};
const refs = ['01-a', '02-b', '03-c', '04-d'].map((slug, index) => ({ track: 'b1', slug, number: index + 1 }));

test('staged, unstaged and new files count, those of other tracks and ignored ones do not', async () => {
  const repository = TestRepository.create({ ...FILES, '.gitignore': 'audit/\n' });
  const folder = join(repository.folder, 'c');
  expect(await uncommittedFiles(folder, ['b1'], signal)).toEqual(new Set());
  repository.write({ 'c/b1/01-a.md': 'a2\n', 'c/b1/vocabulary/02-b.yaml': 'new\n', 'c/b1/meta/03-c.yaml': 'c: 2\n' });
  repository.write({ 'c/b2/01-a.md': 'x\n', 'c/b1/audit/01-a.txt': 'x\n', 'c/plans/b1/04-d.yaml': 'd: 2\n' });
  repository.git('add', 'c/b1/meta/03-c.yaml');
  const found = await uncommittedModules({ workspace: workspaceAt(repository.folder), folder, refs, signal });
  expect(Object.fromEntries(found)).toEqual({
    '01-a': ['b1/01-a.md'],
    '02-b': ['b1/vocabulary/02-b.yaml'],
    '03-c': ['b1/meta/03-c.yaml'],
    '04-d': ['plans/b1/04-d.yaml'],
  });
  expect(uncommittedText(found)).toBe('4 modules have uncommitted changes (01-a, 02-b, 03-c, 04-d)');
});

test("what a task wrote and nobody touched since is no person's change", async () => {
  const repository = TestRepository.create(FILES);
  const folder = join(repository.folder, 'c');
  const workspace = workspaceAt(repository.folder);
  const [ref] = refs;
  if (ref === undefined) throw new Error('no module');
  const paths = await modulePaths(folder, ref);
  const work = new WorkStore(workspace);
  const base = await readModule(paths);
  await work.putVersion(base);
  const candidate = await work.stage(base, { lesson: 'better\n' });
  await applyVersion({ paths, base, candidate, backups: backupFolder(workspace, 'task', ref), round: 1 });
  const look = async () => [...(await uncommittedModules({ workspace, folder, refs, signal })).keys()];
  expect(await uncommittedFiles(folder, ['b1'], signal)).toEqual(new Set(['b1/01-a.md']));
  expect(await look()).toEqual([]);
  writeFileSync(join(folder, 'b1/01-a.md'), 'better, and mine\n');
  expect(await look()).toEqual(['01-a']);
});

test('a locked index does not keep it from looking, and it leaves none behind', async () => {
  const repository = TestRepository.create(FILES);
  repository.write({ 'c/b1/01-a.md': 'a2\n' });
  const lock = join(repository.folder, '.git/index.lock');
  writeFileSync(lock, '');
  expect(await uncommittedFiles(join(repository.folder, 'c'), ['b1'], signal)).toEqual(new Set(['b1/01-a.md']));
  expect(existsSync(lock)).toBe(true);
});

test('without a repository there is nothing to look at', async () => {
  expect(await uncommittedFiles(tempFolder(), ['b1'], signal)).toBeNull();
});
