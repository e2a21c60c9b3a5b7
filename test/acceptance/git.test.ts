import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { join } from 'node:path';
import type { TaskRecord } from '../../src/store/records.ts';
import { recordsOf } from '../faults/outcomes.ts';
import { woundedWorkspace } from '../faults/wounded.ts';
import { createHome, type CliResult, type Home } from '../helpers/cli.ts';
import type { GeminiServer } from '../helpers/gemini-server.ts';
import { GIT_ENV, TestRepository } from '../helpers/git.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt, startThinkingServer } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';
import { uniqueSleep, untilProcesses } from '../process/survivors.ts';

let server: GeminiServer;
let home: Home;
let repository: TestRepository;
/** How long the answer to a prompt takes, ms. */
let latency: (prompt: string) => number = () => 0;

const run = (...args: readonly string[]): Promise<CliResult> => home.run(repository.folder, args);
const newest = (): TaskRecord => recordsOf(repository.folder).at(-1) as TaskRecord;
const log = (): string => readFileSync(newest().output_file, 'utf8');
const filesOf = (commit: string): string[] =>
  repository.git('show', '--name-only', '--format=', commit).trim().split('\n').toSorted();

/** A committed course of four modules, of which the third needs no fix. */
function course(settings: string): void {
  repository = TestRepository.create();
  woundedWorkspace(repository.folder, 4);
  appendFileSync(join(repository.folder, 'batch-manager.yaml'), settings);
  repository.write({ '.gitignore': 'tasks/\n' });
  repository.git('add', '.');
  repository.git('commit', '--quiet', '-m', 'the course');
}

/** What a person has in hand: a staged file, one that is staged in part, a changed one and a new one. */
function work(): readonly string[] {
  repository.commit({ 'notes/a.md': 'a\n', 'notes/b.md': 'b\n' });
  repository.write({ 'notes/a.md': 'staged\n', 'notes/c.md': 'added\n' });
  repository.git('add', 'notes/a.md', 'notes/c.md');
  repository.write({ 'notes/a.md': 'staged\nand more\n', 'notes/b.md': 'changed\n', 'notes/d.md': 'new\n' });
  return repository.status;
}

describe.skipIf(noTemporal !== undefined)('git', () => {
  beforeEach(async () => {
    latency = () => 0;
    server = await startThinkingServer((prompt) => latency(prompt));
    home = createHome({ ...googleAt(server), ...GIT_ENV });
  });
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test("git.commit: module makes a commit of each module's files, and leaves a person's work alone", async () => {
    course('git: { commit: module }\n');
    const mine = work();
    expect((await run('fix-review', 'tiny', '1', '4')).code).toBe(0);
    expect(repository.status).toEqual(mine);
    expect(repository.staged('notes/a.md')).toBe('staged\n');
    const commits = repository.git('log', '-4', '--format=%H').trim().split('\n');
    expect(commits.map(filesOf).toSorted()).toEqual(
      [
        ['tiny/001-module.md', 'tiny/review/001-module-review.md', 'tiny/vocabulary/001-module.yaml'],
        ['tiny/002-module.md', 'tiny/review/002-module-review.md'],
        ['tiny/review/003-module-review.md'],
        ['tiny/004-module.md', 'tiny/review/004-module-review.md', 'tiny/vocabulary/004-module.yaml'],
      ].toSorted(),
    );
    const messages = commits.map((commit) => repository.git('log', '-1', '--format=%B', commit).trimEnd());
    for (const message of messages) {
      expect(message).toContain(`\n\nTask: ${newest().task_id}\nOutcome: `);
      expect(message).toMatch(/^tiny\/00\d-module: (?:FIXED|PASS_ON_REVIEW), review 9/);
    }
    expect(log()).toMatch(/task +commit +tiny\/001-module: committed 3 files as [0-9a-f]{7}/);
    // An undo is committed as well.
    expect((await run('undo', 'latest', '--module', '1')).code).toBe(0);
    expect(repository.message).toMatch(/^tiny\/001-module: UNDONE, gave back/);
    expect(repository.git('diff', '--stat', `${commits.at(-1)}~1`, 'HEAD', '--', 'tiny/001-module.md')).toBe('');
    expect(repository.status).toEqual(mine);
  });

  test('git.commit: task makes one commit at the end; a module with changes of a person is left out of it', async () => {
    course('git: { commit: task }\n');
    appendFileSync(join(repository.folder, 'tiny/002-module.md'), 'Моє речення.\n');
    expect((await run('fix-review', 'tiny', '1', '4')).code).toBe(0);
    expect(repository.commits).toBe(2);
    expect(repository.committed.filter((file) => file.includes('002'))).toEqual([]);
    expect(repository.committed).toHaveLength(7);
    expect(repository.message).toContain('- tiny/001-module: FIXED');
    expect(log()).toContain('not committed: tiny/002-module: tiny/002-module.md had uncommitted changes before');
    expect(log()).toContain('1 module has uncommitted changes (002-module); they are worked on all the same');
    expect(repository.status).toEqual([' M tiny/002-module.md', '?? tiny/review/002-module-review.md']);
  });

  test('a hook that refuses changes nothing of the task', async () => {
    course('git: { commit: module }\n');
    repository.hook('pre-commit', 'echo "no commits on a Tuesday" >&2; exit 1');
    expect((await run('fix-review', 'tiny', '1', '4')).code).toBe(0);
    expect(newest().counts).toEqual({ FIXED: 3, PASS_ON_REVIEW: 1 });
    expect(repository.commits).toBe(1);
    expect(log()).toContain('tiny/001-module: not committed: no commits on a Tuesday');
    expect(repository.git('diff', '--cached', '--name-only')).toBe('');
  });

  test('a stop ends a hook that hangs, with the commit, and leaves no lock', async () => {
    course('git: { commit: module }\n');
    const seconds = uniqueSleep();
    repository.hook('pre-commit', `sleep ${seconds}`);
    const id = (await run('fix-review', 'tiny', '1', '4', '-b')).stdout.trim();
    await untilProcesses(`sleep\0${seconds}`, 1, 30_000);
    expect(existsSync(join(repository.folder, '.git/index.lock'))).toBe(true);
    const from = Date.now();
    expect((await run('stop', id)).code).toBe(0);
    // A hook that is waited for would take hours.
    expect(Date.now() - from).toBeLessThan(15_000);
    await untilProcesses(`sleep\0${seconds}`, 0);
    expect(existsSync(join(repository.folder, '.git/index.lock'))).toBe(false);
    expect(repository.commits).toBe(1);
    expect(newest().status).toBe('stopped');
    // The review, which was new, is no longer in the index either.
    expect(repository.git('ls-files', 'tiny/review')).toBe('');
    expect(log()).toContain('not committed: the commit was stopped. By hand: git add -- ');
  });

  /** Starts a task of which the first module ends and the second hangs in its review. */
  async function startsAndHangs(): Promise<string> {
    latency = (prompt) => (prompt.includes('# Урок 002-module') ? 600_000 : 0);
    const id = (await run('fix-review', 'tiny', '1', '2', '-b')).stdout.trim();
    await until(() => recordsOf(repository.folder).some(({ output_file: file }) => existsSync(file)), 60_000);
    await until(() => /001-module +ended +FIXED/.test(log()), 60_000);
    await until(() => /002-module +review r0 +asking/.test(log()), 60_000);
    return id;
  }

  test('git.commit: task commits what had ended of a task that is stopped', async () => {
    course('git: { commit: task }\n');
    const mine = work();
    const before = repository.commits;
    const id = await startsAndHangs();
    const stopped = await run('stop', id);
    expect(stopped).toMatchObject({ code: 0, stderr: expect.stringMatching(/git: committed 3 files as [0-9a-f]{7}/) });
    expect(newest().counts).toEqual({ FIXED: 1, STOPPED: 1 });
    expect(repository.commits).toBe(before + 1);
    expect(repository.committed.toSorted()).toEqual([
      'tiny/001-module.md',
      'tiny/review/001-module-review.md',
      'tiny/vocabulary/001-module.yaml',
    ]);
    expect(repository.message).toContain(`${id}: 1 FIXED, 1 STOPPED\n\n- tiny/001-module: FIXED`);
    expect(repository.status).toEqual(mine);
  });

  test('a slow hook does not hold up a stop; what it left is named with the command that commits it', async () => {
    course('git: { commit: task }\n');
    const seconds = uniqueSleep();
    repository.hook('pre-commit', `sleep ${seconds}`);
    const id = await startsAndHangs();
    const from = Date.now();
    const stopped = await run('stop', id);
    // Five seconds for the commit and two for git to go, on a machine that may be busy; the hook would take hours.
    expect(Date.now() - from).toBeLessThan(60_000);
    await untilProcesses(`sleep\0${seconds}`, 0);
    expect(newest().status).toBe('stopped');
    expect(repository.commits).toBe(1);
    expect(existsSync(join(repository.folder, '.git/index.lock'))).toBe(false);
    expect(repository.git('diff', '--cached', '--name-only')).toBe('');
    const command = /not committed: it took longer than 5 s\. By hand: (git add .*)/.exec(log())?.[1] ?? '';
    expect(stopped.stderr).toContain(command);
    repository.hook('pre-commit', 'exit 0');
    execFileSync('/bin/sh', ['-c', command], { cwd: repository.folder, env: { ...process.env, ...GIT_ENV } });
    expect(repository.committed).toHaveLength(3);
    expect(repository.message).toBe(id);
    expect(repository.status).toEqual([]);
  }, 180_000);

  test.each(['module', 'task'])(
    'git.commit: %s says at a stop what is left of modules that were stopped in their middle, with what to do',
    async (commit) => {
      course(`git: { commit: ${commit} }\n`);
      const isSecondFix = (prompt: string): boolean =>
        prompt.includes('===CONTENT_START===') && prompt.includes('\n## Вступ');
      latency = (prompt) => (isSecondFix(prompt) ? 600_000 : 0);
      const id = (await run('fix-review', 'tiny', '1', '2', '--pass-score', '10', '-b')).stdout.trim();
      await until(() => server.requests.filter(({ prompt }) => isSecondFix(prompt)).length === 2, 60_000);
      const stopped = await run('stop', id);
      expect(stopped.code).toBe(0);
      expect(newest().counts).toEqual({ STOPPED: 2 });
      expect(repository.commits).toBe(1);
      for (const slug of ['001-module', '002-module']) {
        const said = `not committed: tiny/${slug} was stopped in its middle, with a better version in place.`;
        expect(log()).toContain(said);
        expect(stopped.stderr).toContain(
          `git: ${said} Undo it: batch-manager undo ${id} --module ${slug}. Or commit it: git `,
        );
        expect((await run('show', id)).stdout).toContain(said);
      }
      const command = /002-module was stopped .* Or commit it: (git .*)/.exec(log())?.[1] ?? '';
      execFileSync('/bin/sh', ['-c', command], { cwd: repository.folder, env: { ...process.env, ...GIT_ENV } });
      expect(repository.committed).toEqual(['tiny/002-module.md']);
      expect((await run('undo', id, '--module', '001-module')).code).toBe(0);
      expect(repository.status).toEqual([]);
    },
  );

  test('git.dirty: skip leaves modules with changes of a person alone, and takes them once they are committed', async () => {
    course('git: { dirty: skip }\n');
    appendFileSync(join(repository.folder, 'tiny/002-module.md'), 'Моє речення.\n');
    repository.write({ 'tiny/meta/004-module.yaml': 'title: Мій\n' });
    const plan = await run('fix-review', 'tiny', '1', '4', '--dry-run');
    expect(plan.stderr).toContain('2 modules have uncommitted changes (002-module, 004-module). They would be skipped');
    const json = JSON.parse((await run('fix-review', 'tiny', '1', '4', '--dry-run', '--json')).stdout) as object;
    expect(json).toMatchObject({ uncommitted: ['002-module', '004-module'] });
    expect((await run('fix-review', 'tiny', '1', '4')).code).toBe(1);
    expect(newest().counts).toEqual({ FIXED: 1, PASS_ON_REVIEW: 1, SKIPPED: 2 });
    expect(newest().modules['002-module']?.detail).toContain('uncommitted changes in tiny/002-module.md; commit them');
    repository.git('add', 'tiny/002-module.md');
    repository.git('commit', '--quiet', '-m', 'mine', '--', 'tiny/002-module.md');
    await run('fix-review', 'tiny', '1', '4');
    expect(newest().counts).toEqual({ ALREADY_PASS: 2, FIXED: 1, SKIPPED: 1 });
  });

  test('where git cannot tell, git.dirty: skip skips, warn goes on, and each says why and how to mend it', async () => {
    course('git: { dirty: skip, commit: task }\n');
    appendFileSync(join(repository.folder, 'tiny/001-module.md'), 'Моє речення.\n');
    const mine = readFileSync(join(repository.folder, 'tiny/001-module.md'), 'utf8');
    const refuses = { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' };
    const runs = (...args: readonly string[]) => home.run(repository.folder, args, refuses);
    const plan = await runs('fix-review', 'tiny', '1', '3', '--dry-run');
    expect(plan.stderr).toMatch(/git cannot tell .* they are skipped .*git config --global --add safe\.directory/);
    expect(JSON.parse((await runs('plan', 'tiny', '1', '3', '--json')).stdout)).toMatchObject({ uncommitted: null });
    expect((await runs('fix-review', 'tiny', '1', '3')).code).toBe(1);
    expect(newest().counts).toEqual({ SKIPPED: 3 });
    expect(newest().modules['001-module']?.detail).toContain('git config --global --add safe.directory');
    expect(log()).toMatch(/task +git +git cannot tell which modules have uncommitted changes, so they are skipped/);
    expect(log()).toMatch(/git\.commit is task, but the repository belongs to another user.*: nothing is committed/);
    expect(readFileSync(join(repository.folder, 'tiny/001-module.md'), 'utf8')).toBe(mine);
    expect(server.requests).toEqual([]);
    expect(
      (await home.run(repository.folder, ['fix-review', 'tiny', '1', '3'], { BATCH_MANAGER_GIT_DIRTY: 'warn' })).code,
    ).toBe(0);
    expect(log()).toContain(
      'git cannot tell which modules have uncommitted changes, so they are worked on, and backed up',
    );
  });

  test('where there is no repository, a task runs as ever and says why nothing is skipped or committed', async () => {
    course('git: { dirty: skip, commit: task }\n');
    rmSync(join(repository.folder, '.git'), { recursive: true });
    expect((await run('fix-review', 'tiny', '3', '3')).code).toBe(0);
    expect(log()).toMatch(/git\.commit is task, but \S+ is in no repository: nothing is committed/);
    expect(log()).toMatch(/git\.dirty is skip, but \S+ is in no git repository: no module is skipped/);
  });
});
