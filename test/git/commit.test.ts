import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { commitModules, type CommitResult } from '../../src/git/commit.ts';
import { sha256 } from '../../src/store/atomic.ts';
import { tempFolder } from '../helpers/temp.ts';
import { GIT_ENV, TestRepository } from '../helpers/git.ts';

// The functions under test run git with this process's environment, as a worker does.
beforeAll(() => void Object.assign(process.env, GIT_ENV));

const LESSON = 'c/b1/01-x.md';

/** What a task does: it writes files of a module, and commits them. */
async function taskWrites(
  repository: TestRepository,
  files: Readonly<Record<string, string | null>>,
  meanwhile: () => void = () => undefined,
  signal = new AbortController().signal,
): Promise<CommitResult> {
  const written = Object.entries(files).map(([path, text]) => {
    const file = join(repository.folder, path);
    const before = existsSync(file) ? readFileSync(file) : null;
    if (text === null) rmSync(file);
    else repository.write({ [path]: text });
    return { file, path, before, text };
  });
  meanwhile();
  const now = (file: string): string | null => (existsSync(file) ? readFileSync(file, 'utf8') : null);
  return commitModules({
    folder: join(repository.folder, 'c'),
    modules: [
      {
        name: 'b1/01-x',
        files: written.map(({ file, path, before, text }) => ({
          path: path.slice(2),
          before,
          wrote: text === null ? null : sha256(text),
          isUntouched: now(file) === text,
        })),
      },
    ],
    message: 'b1/01-x: FIXED\n\nTask: t\n',
    signal,
  });
}

/** The lesson that the task changed from one text to another, untouched since. */
const written = (before: string, text: string) => ({
  path: LESSON.slice(2),
  before: Buffer.from(before),
  wrote: sha256(text),
  isUntouched: true,
});

const course = (): TestRepository =>
  TestRepository.create({ [LESSON]: 'old\n', 'c/b1/02-y.md': 'y\n', 'c/curriculum.yaml': 'levels:\n' });

describe('commit', () => {
  test('takes the files that the task changed, made and removed, and no others', async () => {
    const repository = course();
    repository.commit({ 'c/b1/meta/01-x.yaml': 'gone soon\n' });
    const files = { [LESSON]: 'new\n', 'c/b1/vocabulary/01-x.yaml': 'items: []\n', 'c/b1/meta/01-x.yaml': null };
    const result = await taskWrites(repository, files);
    expect(result).toEqual({ kind: 'committed', id: expect.any(String), files: 3, left: [], reformed: [] });
    expect(repository.committed.toSorted()).toEqual(Object.keys(files).toSorted());
    expect(repository.message).toBe('b1/01-x: FIXED\n\nTask: t');
    expect(repository.status).toEqual([]);
  });

  test('leaves what a person has staged, not staged or not added as it is, and out of the commit', async () => {
    const repository = course();
    repository.write({ 'c/b1/02-y.md': 'staged part\n' });
    repository.git('add', 'c/b1/02-y.md');
    repository.write({
      'c/b1/02-y.md': 'staged part\nand more\n',
      'c/new.md': 'untracked\n',
      'c/curriculum.yaml': 'x\n',
    });
    repository.write({ 'c/b1/03-z.md': 'added\n' });
    repository.git('add', 'c/b1/03-z.md');
    const before = repository.status;
    expect(await taskWrites(repository, { [LESSON]: 'new\n' })).toMatchObject({ kind: 'committed', files: 1 });
    expect(repository.committed).toEqual([LESSON]);
    expect(repository.status).toEqual(before);
    expect(before).toEqual(
      [' M c/curriculum.yaml', 'MM c/b1/02-y.md', 'A  c/b1/03-z.md', '?? c/new.md'].toSorted(byPath),
    );
    expect(repository.staged('c/b1/02-y.md')).toBe('staged part\n');
  });

  test.each<[string, (repository: TestRepository) => void]>([
    ['not staged', (repository) => repository.write({ [LESSON]: 'old\nmine\n' })],
    [
      'staged',
      (repository) => {
        repository.write({ [LESSON]: 'old\nmine\n' });
        repository.git('add', LESSON);
      },
    ],
    [
      'staged in part',
      (repository) => {
        repository.write({ [LESSON]: 'old\nmine\n' });
        repository.git('add', LESSON);
        repository.write({ [LESSON]: 'old\nmine\nand more\n' });
      },
    ],
  ])("does not commit a file that had a person's changes, %s", async (_, edit) => {
    const repository = course();
    edit(repository);
    const staged = repository.staged(LESSON);
    expect(await taskWrites(repository, { [LESSON]: 'new\n', 'c/b1/vocabulary/01-x.yaml': 'items: []\n' })).toEqual({
      kind: 'not-committed',
      reasons: [`b1/01-x: ${LESSON} had uncommitted changes before`],
    });
    expect(repository.commits).toBe(1);
    expect(repository.staged(LESSON)).toBe(staged);
    expect(repository.status).toContain('?? c/b1/vocabulary/01-x.yaml');
  });

  test('does not commit a file that is staged as another text than the task met, nor one that was edited since', async () => {
    const repository = course();
    repository.write({ [LESSON]: 'mine\n' });
    repository.git('add', LESSON);
    repository.write({ [LESSON]: 'old\n' });
    expect(await taskWrites(repository, { [LESSON]: 'new\n' })).toMatchObject({
      reasons: [`b1/01-x: ${LESSON} has been staged`],
    });
    expect(repository.staged(LESSON)).toBe('mine\n');

    const other = course();
    const edit = (): void => other.write({ [LESSON]: 'new\nand mine\n' });
    expect(await taskWrites(other, { [LESSON]: 'new\n' }, edit)).toMatchObject({
      reasons: [`b1/01-x: ${LESSON} was edited since`],
    });
    expect([repository.commits, other.commits]).toEqual([1, 1]);
  });

  test('is done once: the same again finds it committed', async () => {
    const repository = course();
    await taskWrites(repository, { [LESSON]: 'new\n' });
    const again = commitModules({
      folder: join(repository.folder, 'c'),
      modules: [{ name: 'b1/01-x', files: [written('old\n', 'new\n')] }],
      message: 'again',
      signal: new AbortController().signal,
    });
    expect(await again).toEqual({ kind: 'nothing' });
    expect(repository.commits).toBe(2);
  });

  test('a hook that refuses keeps everything uncommitted, the index as it was, and is told', async () => {
    const repository = course();
    repository.hook('pre-commit', 'git diff --cached --name-only > "$PWD/seen"; echo "the linter says no" >&2; exit 1');
    const result = await taskWrites(repository, { [LESSON]: 'new\n', 'c/b1/vocabulary/01-x.yaml': 'items: []\n' });
    expect(result).toMatchObject({ kind: 'not-committed', reasons: [expect.stringContaining('the linter says no')] });
    expect(readFileSync(join(repository.folder, 'seen'), 'utf8')).toBe(`${LESSON}\nc/b1/vocabulary/01-x.yaml\n`);
    rmSync(join(repository.folder, 'seen'));
    expect(repository.commits).toBe(1);
    expect(repository.status).toEqual([` M ${LESSON}`, '?? c/b1/vocabulary/01-x.yaml']);
  });

  test('an index that another git holds is waited for; one that stays locked is told of', async () => {
    const repository = course();
    const lock = join(repository.folder, '.git/index.lock');
    writeFileSync(lock, '');
    const waiting = taskWrites(repository, { [LESSON]: 'new\n' });
    setTimeout(() => rmSync(lock), 1200);
    expect(await waiting).toMatchObject({ kind: 'committed' });
    writeFileSync(lock, '');
    expect(await taskWrites(repository, { [LESSON]: 'newer\n' })).toEqual({
      kind: 'not-committed',
      reasons: [expect.stringMatching(/^another git holds the index; .* left \.git\/index\.lock: remove it$/)],
    });
    expect(existsSync(lock)).toBe(true);
    expect(repository.commits).toBe(2);
  });

  test.each<[string, (repository: TestRepository) => void]>([
    [
      'a merge',
      (repository) => {
        repository.git('checkout', '--quiet', '-b', 'side');
        repository.commit({ 'c/b1/02-y.md': 'side\n' });
        repository.git('checkout', '--quiet', 'main');
        repository.commit({ 'c/b1/02-y.md': 'main\n' });
        expect(repository.fails('merge', 'side')).toBe(true);
      },
    ],
    [
      'a rebase',
      (repository) => {
        repository.git('checkout', '--quiet', '-b', 'side');
        repository.commit({ 'c/b1/02-y.md': 'side\n' });
        repository.git('checkout', '--quiet', 'main');
        repository.commit({ 'c/b1/02-y.md': 'main\n' });
        repository.git('checkout', '--quiet', 'side');
        expect(repository.fails('rebase', 'main')).toBe(true);
      },
    ],
  ])('nothing is committed into the middle of %s', async (what, begin) => {
    const repository = course();
    begin(repository);
    const { commits } = repository;
    expect(await taskWrites(repository, { [LESSON]: 'new\n' })).toEqual({
      kind: 'not-committed',
      reasons: [`${what} is under way`],
    });
    expect(repository.commits).toBe(commits);
  });

  test('in a second working tree it is that one that gets the commit', async () => {
    const repository = course();
    const folder = join(tempFolder(), 'tree');
    repository.git('worktree', 'add', '--quiet', '-b', 'side', folder);
    repository.write({ [LESSON]: 'mine, in the first tree\n' });
    const tree = new TestRepository(folder);
    expect(await taskWrites(tree, { [LESSON]: 'new\n' })).toMatchObject({ kind: 'committed' });
    expect(tree.committed).toEqual([LESSON]);
    expect([repository.commits, tree.commits]).toEqual([1, 2]);
    expect(repository.status).toEqual([` M ${LESSON}`]);
  });

  test('before the first commit, through a symbolic link, and with names that git would read as patterns', async () => {
    const repository = TestRepository.create();
    const link = join(tempFolder(), 'link');
    mkdirSync(join(repository.folder, 'c'));
    symlinkSync(repository.folder, link);
    const files = { 'c/b1/[a]*.md': 'new\n', 'c/b1/«ї» \t".md': 'new\n' };
    expect(await taskWrites(new TestRepository(link), files)).toMatchObject({ kind: 'committed', files: 2 });
    expect(repository.committed.toSorted()).toEqual(Object.keys(files).toSorted());
  });

  test('files that the attributes convert are known for what they are, and ignored ones are left alone', async () => {
    const repository = TestRepository.create({ '.gitattributes': '*.md text eol=crlf\n', '.gitignore': 'review/\n' });
    repository.commit({ [LESSON]: 'old\r\n' });
    expect(repository.staged(LESSON)).toBe('old\n');
    const files = { [LESSON]: 'new\r\n', 'c/b1/review/01-x-review.md': 'fine\n' };
    expect(await taskWrites(repository, files)).toMatchObject({ kind: 'committed', files: 1, left: [] });
    expect(repository.committed).toEqual([LESSON]);
  });

  test('variables of a hook that started the program do not lead to another repository', async () => {
    const [repository, other] = [course(), course()];
    Object.assign(process.env, {
      GIT_DIR: join(other.folder, '.git'),
      GIT_INDEX_FILE: join(other.folder, '.git/index'),
    });
    try {
      expect(await taskWrites(repository, { [LESSON]: 'new\n' })).toMatchObject({ kind: 'committed' });
    } finally {
      delete process.env.GIT_DIR;
      delete process.env.GIT_INDEX_FILE;
    }
    expect([repository.commits, other.commits]).toEqual([2, 1]);
  });

  test('without a repository there is nothing to do', async () => {
    const folder = tempFolder();
    const place = new TestRepository(folder);
    mkdirSync(dirname(join(folder, LESSON)), { recursive: true });
    expect(await taskWrites(place, { [LESSON]: 'new\n' })).toEqual({ kind: 'no-repository' });
  });
});

/** By the path, as git lists them: tracked before untracked. */
const byPath = (a: string, b: string): number =>
  Number(a.startsWith('?')) - Number(b.startsWith('?')) || (a.slice(3) < b.slice(3) ? -1 : 1);
