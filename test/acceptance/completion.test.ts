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
  const folder = tempWorkspace();
  tinyWorkspace(folder, 2);
  mkdirSync(join(folder, 'tasks'), { recursive: true });
  writeFileSync(join(folder, 'tasks', `${ID}.json`), JSON.stringify(taskRecord({ task_id: ID })));
  const complete = async (...words: string[]): Promise<string[]> => {
    const { code, stdout, stderr } = await home.run(folder, ['complete', '--', ...words]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return stdout.split('\n').map((line) => line.split('\t')[0] ?? '');
  };

  test('knows commands, flags, tracks, task ids, modules and answers', async () => {
    expect(await complete('fix')).toContain('fix-review');
    expect(await complete('fix-review', '')).toContain('tiny');
    expect(await complete('fix-review', '--can')).toContain('--canary');
    expect(await complete('show', '')).toEqual(expect.arrayContaining(['latest', ID]));
    expect(await complete('stop', ID, '--module', '')).toContain('001-module');
    expect(await complete('answer', 'latest', '')).toContain('002-module');
    expect(await complete('answer', 'latest', '002-module', 'a')).toContain('accept');
    expect(await complete('')).not.toContain('supervise');
  });

  test('says nothing where it knows nothing', async () => {
    const elsewhere = tempWorkspace();
    const { code, stderr } = await home.run(elsewhere, ['complete', '--', 'show', '']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  test.each(['bash', 'zsh', 'fish', 'powershell'])('there is a script for %s', async (shell) => {
    const { code, stdout } = await home.run(folder, ['completion', shell]);
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('complete') });
    if (shell === 'bash') execFileSync('bash', ['-n'], { input: stdout });
  });
});
