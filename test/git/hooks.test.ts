import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { commitModules, type CommitResult } from '../../src/git/commit.ts';
import { sha256 } from '../../src/store/atomic.ts';
import { GIT_ENV, TestRepository } from '../helpers/git.ts';

// The functions under test run git with this process's environment, as a worker does.
beforeAll(() => void Object.assign(process.env, GIT_ENV));

const LESSON = 'c/b1/01-їжа.md';
const REVIEW = 'c/b1/review/01-їжа-review.md';
const FORMAT = 'sed -i s/FIXED/Fixed/ "$f"';
/** What lint-staged does: each staged file is formatted and staged again. */
const each = (what: string): string =>
  `git -c core.quotepath=false diff --cached --name-only --diff-filter=d | grep "[.]md$" | while read -r f; do ${what}; done`;
const RESTAGE = each(`${FORMAT}; git add "$f"`);

/** A hook behind the commit that makes it again, once. */
const AGAIN = '[ -e .git/again ] || { touch .git/again; git commit -q --amend --only --no-edit; }';

let repository: TestRepository;

/** What a person has in hand: staged, staged in part, changed, added and new files. */
beforeEach(() => {
  repository = TestRepository.create({ [LESSON]: 'old\n', 'a.txt': 'a\n', 'b.txt': 'b\n', 'c.txt': 'c\n' });
  repository.write({ 'a.txt': 'staged\n', 'b.txt': 'staged\n', 'd.txt': 'added\n' });
  repository.git('add', 'a.txt', 'b.txt', 'd.txt');
  repository.write({ 'b.txt': 'staged\nand more\n', 'c.txt': 'changed\n', 'e.txt': 'new\n' });
});

/** The task changes the lesson and writes its review, and commits both. */
async function taskCommits(signal = new AbortController().signal): Promise<CommitResult> {
  const texts = { [LESSON]: 'FIXED\n', [REVIEW]: 'FIXED?\n' };
  repository.write(texts);
  return commitModules({
    folder: join(repository.folder, 'c'),
    modules: [
      {
        name: 'b1/01-їжа',
        files: Object.entries(texts).map(([path, text]) => ({
          path: path.slice(2),
          before: path === LESSON ? Buffer.from('old\n') : null,
          wrote: sha256(text),
          isUntouched: true,
        })),
      },
    ],
    message: 'b1/01-їжа: FIXED',
    signal,
  });
}

const inHead = (path: string): string => repository.git('show', `HEAD:${path}`);
const MINE = ['A  d.txt', 'M  a.txt', 'MM b.txt', ' M c.txt', '?? e.txt'].toSorted();
const status = (): string[] =>
  repository.git('-c', 'core.quotepath=false', 'status', '--short').split('\n').filter(Boolean).toSorted();

describe('after a commit, the index agrees with it, and what a person has in hand is as it was, with a hook that', () => {
  test.each<[string, string, { head: string; status: readonly string[]; reformed: readonly string[] }]>([
    ['does nothing', 'exit 0', { head: 'FIXED\n', status: MINE, reformed: [] }],
    ['formats and stages again', RESTAGE, { head: 'Fixed\n', status: MINE, reformed: [LESSON, REVIEW] }],
    [
      'formats the staged text alone',
      each(
        'git update-index --cacheinfo "100644,$(git show ":$f" | sed s/FIXED/Fixed/ | git hash-object -w --stdin),$f"',
      ),
      { head: 'Fixed\n', status: [` M ${LESSON}`, ` M ${REVIEW}`, ...MINE].toSorted(), reformed: [LESSON, REVIEW] },
    ],
    [
      'formats the files and stages nothing',
      each(FORMAT),
      { head: 'FIXED\n', status: [` M ${LESSON}`, ` M ${REVIEW}`, ...MINE].toSorted(), reformed: [] },
    ],
    [
      'adds a file that it makes',
      'echo made > made.txt; git add made.txt',
      { head: 'FIXED\n', status: MINE, reformed: [] },
    ],
    [
      // It takes a person's work into the commit. What was not staged is committed now; what was staged stays so.
      'adds everything',
      'git add -A',
      { head: 'FIXED\n', status: ['MM b.txt'], reformed: [] },
    ],
    ['adds nothing, with another that commits again behind it', AGAIN, { head: 'FIXED\n', status: MINE, reformed: [] }],
  ])('%s', async (_, hook, expected) => {
    repository.hook(hook === AGAIN ? 'post-commit' : 'pre-commit', hook);
    const result = await taskCommits();
    expect(result).toMatchObject({ kind: 'committed', files: 2, left: [], reformed: expected.reformed });
    expect(inHead(LESSON)).toBe(expected.head);
    expect(repository.staged(LESSON)).toBe(expected.head);
    expect(status()).toEqual(expected.status);
    expect(repository.staged('b.txt')).toBe('staged\n');
  });

  test('formats, stages again and then refuses: nothing is committed or staged', async () => {
    repository.hook('pre-commit', `${RESTAGE}; echo "no" >&2; exit 1`);
    expect(await taskCommits()).toEqual({ kind: 'not-committed', reasons: ['no'] });
    expect(repository.commits).toBe(1);
    expect(status()).toEqual([` M ${LESSON}`, '?? c/b1/review/', ...MINE].toSorted());
  });

  test('formats and stages again where the attributes convert line ends', async () => {
    repository.write({ '.gitattributes': '*.md text eol=crlf\n' });
    repository.git('add', '.gitattributes');
    repository.git('commit', '--quiet', '--only', '-m', 'by hand', '--', '.gitattributes');
    repository.write({ [LESSON]: 'old\r\n' });
    repository.git('add', '--renormalize', LESSON);
    repository.hook('pre-commit', RESTAGE);
    repository.write({ [LESSON]: 'FIXED\r\n' });
    const file = {
      path: LESSON.slice(2),
      before: Buffer.from('old\r\n'),
      wrote: sha256('FIXED\r\n'),
      isUntouched: true,
    };
    const { signal } = new AbortController();
    const modules = [{ name: 'm', files: [file] }];
    const result = await commitModules({ folder: join(repository.folder, 'c'), modules, message: 'm', signal });
    expect(result).toMatchObject({ kind: 'committed', reformed: [LESSON] });
    expect(repository.staged(LESSON)).toBe('Fixed\n');
    expect(status()).toEqual(MINE);
  });
});

test('a commit whose worker died before the index was in order is put in order by the next one', async () => {
  repository.hook('pre-commit', RESTAGE);
  repository.write({ [LESSON]: 'FIXED\n' });
  repository.git('commit', '--quiet', '--only', '-m', 'by a worker', '--', LESSON);
  expect(status()).toContain(`MM ${LESSON}`);
  const files = [{ path: LESSON.slice(2), before: Buffer.from('old\n'), wrote: sha256('FIXED\n'), isUntouched: false }];
  const { signal } = new AbortController();
  const modules = [{ name: 'm', files }];
  expect(await commitModules({ folder: join(repository.folder, 'c'), modules, message: 'm', signal })).toEqual({
    kind: 'nothing',
  });
  expect(status()).toEqual(MINE);
});

test('a commit that was made before a stop ended its hook counts, and its new files stay in the index', async () => {
  repository.hook('post-commit', 'touch .git/behind; sleep 600');
  const stop = new AbortController();
  const committing = taskCommits(stop.signal);
  setTimeout(() => stop.abort(new Error('stopped')), 1500);
  expect(await committing).toMatchObject({ kind: 'committed', files: 2 });
  expect(status()).toEqual(MINE);
  rmSync(join(repository.folder, '.git/behind'));
});
