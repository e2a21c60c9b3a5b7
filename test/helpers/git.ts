import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeTree } from './curriculum.ts';
import { tempFolder } from './temp.ts';

/** Settings of git of a test's own: those of the machine must not count. */
export const GIT_ENV: NodeJS.ProcessEnv = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A Person',
  GIT_AUTHOR_EMAIL: 'person@example.org',
  GIT_COMMITTER_NAME: 'A Person',
  GIT_COMMITTER_EMAIL: 'person@example.org',
};

/** A real repository with a real git. */
export class TestRepository {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** A new repository; with files, they are its first commit. */
  static create(files: Readonly<Record<string, string>> = {}, folder = tempFolder()): TestRepository {
    const repository = new TestRepository(folder);
    repository.git('init', '--quiet', '--initial-branch=main');
    if (Object.keys(files).length > 0) repository.commit(files);
    return repository;
  }

  git(...args: readonly string[]): string {
    return execFileSync('git', args, { cwd: this.folder, env: { ...process.env, ...GIT_ENV }, encoding: 'utf8' });
  }

  fails(...args: readonly string[]): boolean {
    return spawnSync('git', args, { cwd: this.folder, env: { ...process.env, ...GIT_ENV } }).status !== 0;
  }

  write(files: Readonly<Record<string, string>>): void {
    writeTree(this.folder, files);
  }

  /** Commits files. */
  commit(files: Readonly<Record<string, string>>): void {
    this.write(files);
    this.git('add', '--', ...Object.keys(files));
    this.git('commit', '--quiet', '-m', 'by hand');
  }

  /** Files of the last commit. */
  get committed(): string[] {
    return this.git('show', '--name-only', '--format=', '-z', 'HEAD')
      .split('\0')
      .filter((path) => path !== '');
  }

  get message(): string {
    return this.git('log', '-1', '--format=%B').trimEnd();
  }

  get commits(): number {
    return Number(this.git('rev-list', '--count', 'HEAD'));
  }

  /** Lines of `git status --short`. */
  get status(): string[] {
    return this.git('status', '--short', '--untracked-files=all')
      .split('\n')
      .filter((line) => line !== '');
  }

  /** A text as the index has it. */
  staged(path: string): string {
    return this.git('show', `:${path}`);
  }

  hook(name: string, script: string): void {
    const file = join(this.git('rev-parse', '--absolute-git-dir').trim(), 'hooks', name);
    writeTree(file.slice(0, -name.length - 1), {});
    writeFileSync(file, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
  }
}
