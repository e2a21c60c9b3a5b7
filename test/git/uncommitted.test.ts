import { join } from 'node:path';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { GitError } from '../../src/git/repository.ts';
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
  if (found === null) throw new Error('no repository');
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
  await applyVersion({ workspace, paths, base, candidate, backups: backupFolder(workspace, 'task', ref), round: 1 });
  const look = async () => [...((await uncommittedModules({ workspace, folder, refs, signal })) ?? []).keys()];
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

/** Runs with other variables, as a worker that a shell or a hook has started. */
async function withEnv<T>(env: NodeJS.ProcessEnv, run: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    return await run();
  } finally {
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

/** A program that stands first in PATH, in place of git. */
function inPlaceOfGit(script: string): NodeJS.ProcessEnv {
  const folder = tempFolder();
  writeFileSync(join(folder, 'git'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { PATH: `${folder}:${process.env.PATH}` };
}

describe('where git cannot tell, it is an error that says why, with', () => {
  test.each<[string, (folder: string) => NodeJS.ProcessEnv | void, RegExp]>([
    [
      'a repository of another user',
      () => ({ GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' }),
      /belongs to another user.*: git config --global --add safe\.directory \/\S+$/,
    ],
    ['no git in PATH', () => ({ PATH: tempFolder() }), /^git cannot be run: .*not found in PATH/],
    ['a git that fails', () => inPlaceOfGit('echo "fatal: no" >&2; exit 128'), /^fatal: no$/],
    ['a git that is killed', () => inPlaceOfGit('kill -9 $$'), /^git ended with/],
    ['a git that hangs', () => inPlaceOfGit('sleep 600'), /^git took too long and was ended$/],
    ['a repository without its head', (folder) => rmSync(join(folder, '.git/HEAD')), /not a git repository/],
    [
      'a file in place of .git that leads nowhere',
      (folder) => {
        rmSync(join(folder, '.git'), { recursive: true });
        writeFileSync(join(folder, '.git'), 'gitdir: /nowhere/worktrees/x\n');
      },
      /not a git repository: \/nowhere/,
    ],
    ['a broken index', (folder) => writeFileSync(join(folder, '.git/index'), 'x'), /index file/],
    ['settings that cannot be read', (folder) => writeFileSync(join(folder, '.git/config'), '[core\n'), /bad config/],
    [
      'no working tree',
      (folder) => void new TestRepository(folder).git('config', 'core.bare', 'true'),
      /must be run in a work tree/,
    ],
  ])(
    '%s',
    async (_, harm, message) => {
      const { folder } = TestRepository.create(FILES);
      const look = () => uncommittedFiles(join(folder, 'c'), ['b1'], signal);
      const error: unknown = await withEnv(harm(folder) ?? {}, look).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(GitError);
      expect((error as GitError).message).toMatch(message);
    },
    90_000,
  );

  test('neither git nor a repository is no error', async () => {
    const folder = tempFolder();
    expect(await withEnv({ PATH: tempFolder() }, () => uncommittedFiles(folder, ['b1'], signal))).toBeNull();
  });
});

describe('changes are seen, and no others, with', () => {
  const NAME = 'b1/їжа й дім.md';

  test.each<[string, (repository: TestRepository) => NodeJS.ProcessEnv | void]>([
    [
      'names beyond ASCII that git would quote',
      (repository) => void repository.git('config', 'core.quotepath', 'true'),
    ],
    [
      'variables of another repository',
      () => {
        const other = TestRepository.create(FILES).folder;
        return {
          GIT_DIR: join(other, '.git'),
          GIT_WORK_TREE: other,
          GIT_INDEX_FILE: join(other, '.git/index'),
          GIT_PREFIX: 'x/',
        };
      },
    ],
    ['paths that are to be read literally', () => ({ GIT_LITERAL_PATHSPECS: '1' })],
    [
      'a file monitor that says that nothing has changed',
      (repository) => {
        const hook = join(tempFolder(), 'monitor');
        writeFileSync(hook, '#!/bin/sh\nprintf "token\\\\0"\n', { mode: 0o755 });
        repository.git('config', 'core.fsmonitor', hook);
        repository.git('update-index', '--fsmonitor');
      },
    ],
    [
      'untracked files left out by the settings',
      (repository) => void repository.git('config', 'status.showUntrackedFiles', 'no'),
    ],
    [
      'a merge that is not finished',
      (repository) => {
        repository.git('checkout', '--quiet', '-b', 'side');
        repository.commit({ 'x.md': 'side\n' });
        repository.git('checkout', '--quiet', 'main');
        repository.commit({ 'x.md': 'main\n' });
        expect(repository.fails('merge', 'side')).toBe(true);
      },
    ],
  ])('%s', async (_, arrange) => {
    const repository = TestRepository.create({ ...FILES, [`c/${NAME}`]: 'a\n' });
    const env = arrange(repository) ?? {};
    repository.write({ [`c/${NAME}`]: 'mine\n', 'c/b1/new.md': 'x\n' });
    const found = await withEnv(env, () => uncommittedFiles(join(repository.folder, 'c'), ['b1'], signal));
    expect(found).toEqual(new Set([NAME, 'b1/new.md']));
  });

  test('a track that is a submodule, a repository of its own, or a symbolic link into one', async () => {
    const inner = TestRepository.create({ '01-a.md': 'a\n' });
    const outer = TestRepository.create(FILES);
    outer.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.folder, 'c/sub');
    outer.commit({ 'c/curriculum.yaml': 'levels:\n' });
    mkdirSync(join(outer.folder, 'c/own'));
    TestRepository.create({ '01-a.md': 'a\n' }, join(outer.folder, 'c/own'));
    symlinkSync(inner.folder, join(outer.folder, 'c/link'));
    const look = () => uncommittedFiles(join(outer.folder, 'c'), ['sub', 'own', 'link'], signal);
    expect(await look()).toEqual(new Set());
    outer.write({ 'c/sub/01-a.md': 'mine\n', 'c/own/01-a.md': 'mine\n' });
    inner.write({ '01-a.md': 'mine\n' });
    expect(await look()).toEqual(new Set(['sub/01-a.md', 'own/01-a.md', 'link/01-a.md']));
  });
});
