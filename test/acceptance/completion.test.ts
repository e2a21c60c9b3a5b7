import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createHome } from '../helpers/cli.ts';
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

  test.each(['bash', 'zsh', 'fish', 'powershell'])('there is a script for %s', async (shell) => {
    const { code, stdout } = await home.run(tempWorkspace(), ['completion', shell]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('complete') });
    if (shell === 'bash') execFileSync('bash', ['-n'], { input: stdout });
  });
});
