import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MAIN } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { tempFolder } from '../helpers/temp.ts';

const HEAVY = ['@temporalio/', '/ai/', '@ai-sdk', 'execa', 'remark', '/diff/', 'log-update'];

/** The files that a command loads, as a loader hook sees them. */
function loaded(args: readonly string[]): { code: number | null; stdout: string; modules: string[] } {
  const list = join(tempFolder(), 'modules');
  const hook = join(import.meta.dirname, '../helpers/record-modules.mjs');
  const env = { ...process.env, XDG_STATE_HOME: tempFolder(), BATCH_MANAGER_TEST_MODULES: list };
  const { status, stdout } = spawnSync(process.execPath, ['--import', hook, MAIN, ...args], {
    cwd: tempWorkspace(),
    env,
    encoding: 'utf8',
  });
  return { code: status, stdout, modules: readFileSync(list, 'utf8').split('\n') };
}

test.each([[['--help']], [['--version']], [['list']], [['fix-review', '--help']]])(
  '%j loads neither Temporal nor a model',
  (args) => {
    const { code, modules } = loaded(args);
    expect(code).toBe(0);
    expect(modules.some((module) => module.includes('commander'))).toBe(true);
    expect(modules.filter((module) => HEAVY.some((name) => module.includes(name)))).toEqual([]);
  },
);

test('help loads no command, and a command loads no other', () => {
  const commands = (args: readonly string[]): string[] =>
    loaded(args).modules.flatMap((module) => /\/src\/commands\/([\w-]+)\.js/.exec(module)?.[1] ?? []);
  expect(commands(['--help']).toSorted()).toEqual(['summaries']);
  expect(commands(['list']).toSorted()).toEqual(['command', 'list', 'summaries']);
});
