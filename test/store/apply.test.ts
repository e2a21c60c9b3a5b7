import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { applyVersion } from '../../src/store/apply.ts';
import { appliedRounds, backupFolder } from '../../src/store/backups.ts';
import { modulePaths, readModule, type ModulePaths } from '../../src/store/module-files.ts';
import { WorkStore, type StoredVersion } from '../../src/store/versions.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';

const ref = { track: 'b1', slug: '01-x', number: 1 };

async function setup() {
  const root = tempWorkspace({ 'b1/01-x.md': '# Old\n', 'b1/meta/01-x.yaml': 'module: b1-01\n' });
  const workspace = workspaceAt(root);
  const paths = await modulePaths(root, ref);
  const work = new WorkStore(workspace);
  const base = await readModule(paths);
  await work.putVersion(base);
  const candidate = await work.stage(base, { lesson: '# New\n', vocabulary: 'items: []\n' });
  const backups = backupFolder(workspace, 'task', ref);
  const apply = (from: StoredVersion = base, to: StoredVersion = candidate) =>
    applyVersion({ workspace, paths, base: from, candidate: to, backups, round: 1 });
  return { root, paths, work, base, candidate, backups, apply };
}

const lesson = (paths: ModulePaths): string => readFileSync(paths.file('lesson'), 'utf8');

test('a candidate replaces its base, with the old bytes and the list of changes kept', async () => {
  const { paths, backups, apply, base, candidate } = await setup();
  expect(await apply()).toEqual({ kind: 'applied', files: ['b1/01-x.md', 'b1/vocabulary/01-x.yaml'] });
  expect(lesson(paths)).toBe('# New\n');
  expect((await readModule(paths)).hash).toBe(candidate.hash);
  const [round] = await appliedRounds(backups);
  expect(round).toMatchObject({ round: 1, base: base.hash, candidate: candidate.hash });
  expect(round?.files).toMatchObject([
    { path: 'b1/01-x.md', from: base.hashes.lesson },
    { path: 'b1/vocabulary/01-x.yaml', from: null },
  ]);
  expect(readFileSync(join(round?.folder ?? '', 'before/b1/01-x.md'), 'utf8')).toBe('# Old\n');
  expect(readFileSync(join(round?.folder ?? '', 'after/b1/01-x.md'), 'utf8')).toBe('# New\n');
});

test('applying again changes nothing, and a half-applied candidate is finished', async () => {
  const { paths, apply, backups } = await setup();
  await apply();
  // As after a crash between the two files: the second is still as it was.
  writeFileSync(paths.file('lesson'), '# Old\n');
  expect(await apply()).toMatchObject({ kind: 'applied' });
  expect(lesson(paths)).toBe('# New\n');
  const [round] = await appliedRounds(backups);
  expect(readFileSync(join(round?.folder ?? '', 'before/b1/01-x.md'), 'utf8')).toBe('# Old\n');
});

test.each(['lesson', 'meta'] as const)('an edit of the %s by a person is refused, and left as it is', async (kind) => {
  const { paths, apply, backups } = await setup();
  writeFileSync(paths.file(kind), 'edited by a person\n');
  const before = lesson(paths);
  expect(await apply()).toEqual({ kind: 'base-changed', detail: expect.stringContaining('was edited meanwhile') });
  expect(lesson(paths)).toBe(before);
  expect(await appliedRounds(backups)).toEqual([]);
});

test('two candidates of the same round, as after a retry, keep a backup each', async () => {
  const { work, candidate, apply, backups } = await setup();
  await apply();
  const second = await work.stage(candidate, { lesson: '# Newer\n' });
  await apply(candidate, second);
  expect((await appliedRounds(backups)).map((round) => round.candidate)).toEqual([candidate.hash, second.hash]);
});
