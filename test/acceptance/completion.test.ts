import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createHome, MAIN } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { taskRecord } from '../helpers/task-record.ts';

const ID = 'fix-review-tiny-1-2-20261124083300';

describe('completion', () => {
  const home = createHome();
  afterAll(() => home.close());

  /** A workspace with one task. */
  function withTask(): string {
    const folder = tempWorkspace();
    tinyWorkspace(folder, 2);
    mkdirSync(join(folder, 'tasks'), { recursive: true });
    writeFileSync(join(folder, 'tasks', `${ID}.json`), JSON.stringify(taskRecord({ task_id: ID })));
    return folder;
  }

  async function complete(folder: string, ...words: string[]): Promise<string[]> {
    const { code, stdout, stderr } = await home.run(folder, ['complete', '--', ...words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.split('\n').map((line) => line.split('\t')[0] ?? '');
  }

  test.each([
    ['commands', ['fix'], 'fix-review'],
    ['tracks', ['fix-review', ''], 'tiny'],
    ['flags', ['fix-review', '--can'], '--canary'],
    ['the newest task', ['show', ''], 'latest'],
    ['task ids', ['show', 'fix'], ID],
    ['modules of a flag', ['stop', ID, '--module', ''], '001-module'],
    ['modules of an argument', ['answer', 'latest', ''], '002-module'],
    ['answers', ['answer', 'latest', '002-module', 'a'], 'accept'],
  ])('knows %s', async (_, words, value) => {
    expect(await complete(withTask(), ...words)).toContain(value);
  });

  test('says nothing of what people do not type, and nothing where it knows nothing', async () => {
    expect(await complete(withTask(), '')).not.toContain('supervise');
    expect(await complete(tempWorkspace(), 'show', 'x')).not.toContain(ID);
  });

  /** What bash, with nothing but our script, would offer at the end of a line. */
  async function offered(folder: string, line: string): Promise<string[]> {
    const { stdout: script } = await home.run(folder, ['completion', 'bash']);
    const words = line.split(/\s+|(?<==)|(?==)/);
    const source = `${script}
      batch-manager() { "${process.execPath}" "${MAIN}" "$@"; }
      COMP_LINE='${line}'; COMP_POINT=\${#COMP_LINE}
      COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
      __batch_manager_complete
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { status, stdout, stderr } = spawnSync('bash', ['--norc', '--noprofile', '-c', source], {
      cwd: folder,
      env: home.env,
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return stdout.split('\n').filter((word) => word !== '');
  }

  test.each([
    ['a command', 'batch-manager fix-', ['fix-review']],
    ['a track', 'batch-manager fix-review ', ['tiny']],
    ['a flag', 'batch-manager fix-review --can', ['--canary']],
    ['a task', 'batch-manager show fix', [ID]],
    ['a module', `batch-manager stop ${ID} --module 002`, ['002-module']],
    ['nothing', 'batch-manager show nobody', []],
  ])('bash without the package bash-completion offers %s', async (_, line, expected) => {
    expect(await offered(withTask(), line)).toEqual(expected);
  });

  test('a name with shell code in it is no track, and is not run', async () => {
    const folder = tempWorkspace();
    tinyWorkspace(folder, 1);
    const manifest = 'levels: {"t$(touch run)": {modules: [a]}, "t`touch run`": {modules: [b]}}\n';
    writeFileSync(join(folder, 'curriculum.yaml'), manifest);
    expect(await offered(folder, 'batch-manager fix-review t')).toEqual([]);
    expect(await offered(folder, 'batch-manager fix-review t$(touch run)')).toBeDefined();
    expect(existsSync(join(folder, 'run'))).toBe(false);
  });

  test.each(['bash', 'zsh', 'fish', 'powershell'])('there is a script for %s', async (shell) => {
    const { code, stdout } = await home.run(tempWorkspace(), ['completion', shell]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('complete') });
    const binary = shell === 'powershell' ? 'pwsh' : shell;
    // Its syntax is checked by the shell itself where that is installed.
    if (shell !== 'powershell' && spawnSync(binary, ['-c', 'true']).status === 0)
      execFileSync(binary, ['-n'], { input: stdout });
  });
});
