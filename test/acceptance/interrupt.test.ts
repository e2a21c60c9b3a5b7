import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createHome } from '../helpers/cli.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { noTerminal, onTerminal, type Shown, type Step } from '../helpers/on-terminal.ts';

const CTRL_C = '\u0003';

/** Modules whose reviews take long enough for people to come and go. */
const SLOW = { BATCH_MANAGER_OFFLINE_LATENCY_MS: '20000' };
const START = ['fix-review', 'tiny', '1', '4', '--model', 'offline', '--concurrency', '1'];

describe.skipIf(noTerminal !== undefined)('who leaves a command on a terminal', () => {
  const home = createHome(SLOW);
  afterAll(() => home.close());
  const root = join(home.folder, 'workspace');
  tinyWorkspace(root, 4);

  const on = (args: readonly string[], ...steps: Step[]): Promise<Shown> =>
    onTerminal(args, { cwd: root, env: home.env, steps });
  const tasks = (): string[] => readdirSync(join(root, 'tasks')).filter((name) => name.endsWith('.json'));

  test('by Ctrl-C before there is a task is told that there is none', async () => {
    const { code, output } = await on(START, { after: 'Starting the engine', send: CTRL_C });
    expect(output).toContain('Interrupted: no task was started.');
    expect(code).toBe(130);
    expect((await home.run(root, ['list'])).stderr).toContain('No tasks');
  });

  test('by one Ctrl-C or two, or by kill, is told how to go on; the task does', async () => {
    const leaves: [string[], Step][] = [
      [START, { after: 'running', wait: 1, send: CTRL_C }],
      [START, { after: 'running', wait: 0.5, send: CTRL_C + CTRL_C }],
      [['watch', 'latest'], { after: 'running', wait: 0.5, send: CTRL_C }],
      [['watch', 'latest'], { after: 'running', wait: 0.5, signal: 'SIGTERM' }],
      [['logs', 'latest', '-f'], { after: 'started', wait: 0.5, send: CTRL_C }],
      [['logs', 'latest', '-f'], { after: 'started', wait: 0.5, signal: 'SIGTERM' }],
    ];
    for (const [args, step] of leaves) {
      const { code, left, output } = await on(args, step);
      expect({ args, code, left }).toEqual({ args, code: 8, left: 0 });
      expect(output).toMatch(/Detached: fix-review-tiny-1-4-\d+ goes on\.\r\nWatch it: batch-manager watch fix-review/);
      // The cursor is shown again, and nothing of ours was taken for a text from outside.
      expect(output.lastIndexOf('\u001b[?25h')).toBeGreaterThanOrEqual(output.lastIndexOf('\u001b[?25l'));
      expect(output).not.toContain(String.raw`\x1b`);
    }
    expect(tasks()).toHaveLength(1);
  });

  test('by closing the terminal leaves the task, and no core dump', async () => {
    const { code } = await on(['watch', 'latest'], { after: 'running', wait: 0.5, close: true });
    expect(code).toBe(-1);
    const { status } = JSON.parse(readFileSync(join(root, 'tasks', tasks()[0] ?? ''), 'utf8')) as { status: string };
    expect(status).toBe('running');
    expect((await home.run(root, ['show', 'latest', '--exit-status'])).code).toBe(8);
  });

  test('a terminal that becomes narrower while a task is watched gets narrower lines, and so does the table', async () => {
    const narrow = on(['watch', 'latest'], { after: 'running', wait: 0.5, columns: 40 });
    expect((await home.run(root, ['set', 'latest', '--reason', 'x'.repeat(200), '--max-rounds', '1'])).code).toBe(0);
    await home.run(root, ['stop', 'latest']);
    const { code, output } = await narrow;
    expect(code).toBe(3);
    const table = output.slice(output.lastIndexOf('MODULE'));
    for (const line of table.split('\r\n').slice(0, 5)) expect(line.length).toBeLessThan(40);
    expect(table).toContain('…');
  });
});
