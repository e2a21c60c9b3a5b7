/** What the system refuses is told in words, whatever the command, and who only looks may do so where nothing may be written. */
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createHome, finished, MAIN, type CliResult } from '../helpers/cli.ts';
import { tempFolder } from '../helpers/temp.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { taskRecord } from '../helpers/task-record.ts';

const ID = 'fix-review-tiny-1-2-20261124083300';
const STACK = /^\s+at .*\d+:\d+|Unexpected error/m;

/** Root may write whatever the modes say: it runs the commands as somebody else. */
const isRoot = process.getuid?.() === 0;
const asOther = isRoot ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
const skipped =
  isRoot && spawnSync(asOther[0] ?? '', [...asOther.slice(1), process.execPath, MAIN, '--help']).status !== 0;

describe.skipIf(skipped)('what the system refuses', () => {
  const home = createHome();
  afterAll(() => home.close());

  /** A workspace with an ended task, of the user that runs the commands. */
  function workspace(): string {
    const root = join(tempFolder(), 'workspace');
    tinyWorkspace(root, 2);
    const record = taskRecord({ task_id: ID, status: 'completed', ended_at: '2026-11-24T08:34:00.000Z' });
    mkdirSync(join(root, 'tasks'));
    writeFileSync(join(root, 'tasks', `${ID}.json`), JSON.stringify(record));
    writeFileSync(join(root, 'tasks', `${ID}.output`), '2026-11-24T08:33:38.123Z  task  started  2 modules\n');
    return root;
  }

  const run = (cwd: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<CliResult> => {
    const [file = '', ...rest] = [...asOther, process.execPath, MAIN, ...args];
    return finished(spawn(file, rest, { cwd, env: { ...home.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] }));
  };

  const all = (root: string, change: string): void => void spawnSync('chmod', ['-R', change, root]);
  const given = (root: string): void => {
    if (isRoot) spawnSync('chown', ['-R', '65534:65534', join(root, '..')]);
  };

  test.each([
    ['list'],
    ['show', ID],
    ['show', ID, '--module', '1'],
    ['diff', ID],
    ['logs', ID],
    ['watch', ID],
    ['stop', ID],
    ['plan', 'tiny', '1', '2', '--model', 'offline'],
    ['audit', 'tiny', '1', '--no-write'],
    ['cache'],
    ['--help'],
  ])('%s %s works where nothing may be written', async (...args) => {
    const root = workspace();
    given(root);
    all(root, 'a-w');
    const { code, stdout, stderr } = await run(root, args);
    all(root, 'u+w');
    expect(stderr + stdout).not.toMatch(STACK);
    expect(stderr).not.toMatch(/EACCES|denied|may not be/);
    // An audit says by 1 that the module does not pass.
    expect(code).toBe(args[0] === 'audit' ? 1 : 0);
  });

  const start = ['fix-review', 'tiny', '1', '2', '--model', 'offline'];

  test.each<[string, (root: string) => void, readonly string[], RegExp, code?: number]>([
    ['a start where nothing may be written', (root) => all(root, 'a-w'), start, /EACCES|\.batch-manager/, 4],
    ['an audit that may not write', (root) => all(root, 'a-w'), ['audit', 'tiny', '1'], /may not be written/],
    ['a folder of records', (root) => chmodSync(join(root, 'tasks'), 0), ['list'], /Permission denied: \S+tasks/],
    [
      'a record',
      (root) => chmodSync(join(root, 'tasks', `${ID}.json`), 0),
      ['show', ID],
      /Permission denied: \S+\.json/,
    ],
    [
      'a log',
      (root) => chmodSync(join(root, 'tasks', `${ID}.output`), 0),
      ['logs', ID],
      /Permission denied: \S+output/,
    ],
    [
      'a lesson',
      (root) => chmodSync(join(root, 'tiny/001-module.md'), 0),
      ['plan', 'tiny', '1', '2', '--model', 'offline'],
      /001-module\.md may not be read \(EACCES\)\. Make it readable/,
      0,
    ],
    [
      'a manifest',
      (root) => chmodSync(join(root, 'curriculum.yaml'), 0),
      ['plan', 'tiny', '1', '2'],
      /curriculum\.yaml/,
    ],
    ['settings', (root) => chmodSync(join(root, 'batch-manager.yaml'), 0), ['plan', 'tiny', '1', '2'], /manager\.yaml/],
    [
      'a folder in place of a lesson',
      (root) => {
        rmSync(join(root, 'tiny/001-module.md'));
        mkdirSync(join(root, 'tiny/001-module.md'));
      },
      ['plan', 'tiny', '1', '2', '--model', 'offline'],
      /001-module\.md is a folder, not a file\. Put a file in its place/,
      0,
    ],
    [
      'a loop of links',
      (root) => {
        renameSync(join(root, 'tasks'), join(root, 'tasks2'));
        symlinkSync('tasks', join(root, 'tasks'));
      },
      ['list'],
      /too many symbolic links/,
    ],
  ])('%s is named with its path, without a stack', async (_, spoil, args, message, expected) => {
    const root = workspace();
    given(root);
    spoil(root);
    const { code, stdout, stderr } = await run(root, args);
    all(root, 'u+rwX');
    expect(stdout + stderr).toMatch(message);
    expect(stderr).not.toMatch(STACK);
    expect(expected === undefined ? [1, 2, 5] : [expected]).toContain(code);
  });

  test('a folder that is none of ours and may not be read hides no manifest', async () => {
    const root = workspace();
    mkdirSync(join(root, 'database'), { mode: 0 });
    given(root);
    const plan = ['plan', 'tiny', '1', '1', '--model', 'offline'];
    expect(await run(root, plan)).toMatchObject({ code: 0 });
    rmSync(join(root, 'curriculum.yaml'));
    const { code, stderr } = await run(root, plan);
    expect({ code, stderr }).toMatchObject({ code: 5, stderr: expect.stringContaining(join(root, 'database')) });
  });

  test('a current folder that was removed is told', async () => {
    const root = tempFolder();
    const gone = join(root, 'gone');
    mkdirSync(gone);
    given(gone);
    const line = `cd ${gone} && rmdir ${gone} && exec ${[...asOther, process.execPath, MAIN].join(' ')}`;
    for (const args of ['list', 'plan tiny 1 2', 'show latest']) {
      const child = spawn('sh', ['-c', `${line} ${args}`], { env: home.env, stdio: ['ignore', 'pipe', 'pipe'] });
      mkdirSync(gone, { recursive: true });
      const { code, stderr } = await finished(child);
      expect({ code, stderr }).toMatchObject({ code: 1, stderr: expect.stringContaining('does not exist any more') });
      expect(stderr).not.toMatch(STACK);
      mkdirSync(gone, { recursive: true });
    }
  });
});
