import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { MAIN } from './cli.ts';

/** What happens on a terminal once a text was shown on it since the step before. */
export interface Step {
  readonly after: string;
  /** Seconds until then. */
  readonly wait?: number;
  /** Keys that are typed: Ctrl-C is `\u0003`. */
  readonly send?: string;
  readonly signal?: 'SIGTERM' | 'SIGHUP' | 'SIGINT';
  /** The width that it gets. */
  readonly columns?: number;
  /** Whether it is closed. */
  readonly close?: boolean;
}

/** How a command ended that ran on a terminal. */
export interface Shown {
  /** Exit code; a signal that ended it as a negative number. */
  readonly code: number;
  /** Steps that did not come to pass. */
  readonly left: number;
  /** What the terminal got: stdout and stderr. */
  readonly output: string;
}

const python = spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']).status === 0;

/** Why tests on a terminal are skipped; undefined where they run. */
export const noTerminal = python ? undefined : 'no python3 (3.9 or newer) with the module pty';

/** Runs the command line on a terminal of its own. */
export async function onTerminal(
  args: readonly string[],
  where: {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly columns?: number;
    readonly steps?: readonly Step[];
  },
): Promise<Shown> {
  const { cwd, env, columns = 100, steps = [] } = where;
  const command = [process.execPath, MAIN, ...args];
  const asked = { command, cwd, env: { TERM: 'xterm-256color', ...env }, columns, rows: 40, steps, seconds: 90 };
  const script = join(PACKAGE_ROOT, 'test/helpers/on-terminal.py');
  const { stdout } = await promisify(execFile)('python3', [script, JSON.stringify(asked)], {
    maxBuffer: 1 << 28,
    env: process.env,
  });
  const { output, ...end } = JSON.parse(stdout) as Shown;
  return { ...end, output: Buffer.from(output, 'base64').toString('utf8') };
}
