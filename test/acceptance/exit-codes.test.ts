/** Codes of what there is not, the same for all verbs; no engine is needed to tell. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { createHome } from '../helpers/cli.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { taskRecord } from '../helpers/task-record.ts';

const ENDED = 'fix-review-tiny-1-2-20261124083300';

/** Verbs that steer a task, as they are typed about a task and a module. */
const STEER: readonly (readonly [string, (id: string, module: string) => readonly string[]])[] = [
  ['stop', (id) => ['stop', id]],
  ['stop --drain', (id) => ['stop', id, '--drain']],
  ['pause', (id) => ['pause', id]],
  ['resume', (id) => ['resume', id]],
  ['set', (id) => ['set', id, '--budget', '5']],
  ['stop --module', (id, module) => ['stop', id, '--module', module]],
  ['skip', (id, module) => ['skip', id, '--module', module]],
  ['answer', (id, module) => ['answer', id, module, 'accept']],
];

/** Those that look, or start a task about another one. */
const OTHER: typeof STEER = [
  ['show', (id, module) => ['show', id, '--module', module]],
  ['diff', (id, module) => ['diff', id, '--module', module]],
  ['logs', (id, module) => ['logs', id, '--module', module]],
  ['watch', (id) => ['watch', id]],
  ['undo', (id, module) => ['undo', id, '--module', module]],
  ['apply', (id, module) => ['apply', id, '--module', module]],
  ['retry', (id, module) => ['retry', id, '--module', module]],
  ['--only-failed', (id) => ['fix-review', 'tiny', '1', '2', '--only-failed', id]],
  ['rebuild', (id) => ['rebuild', id]],
];

const ofModule = ([, typed]: (typeof STEER)[number]): boolean => typed('', 'nobody').includes('nobody');

describe('exit codes', () => {
  const home = createHome();
  afterAll(() => home.close());
  const root = join(home.folder, 'workspace');
  tinyWorkspace(root, 2);
  mkdirSync(join(root, 'tasks'));
  const record = taskRecord({ task_id: ENDED, status: 'completed', ended_at: '2026-11-24T08:34:00.000Z' });
  writeFileSync(join(root, 'tasks', `${ENDED}.json`), JSON.stringify(record));

  test.each([...STEER, ...OTHER])('%s of an unknown task is 5', async (_, typed) => {
    const { code, stderr } = await home.run(root, typed('nothing', '1'));
    expect({ code, stderr }).toMatchObject({ code: 5, stderr: expect.stringContaining('There is no task "nothing"') });
  });

  test.each(STEER)('%s of a task that has ended is 0: there is nothing to do', async (_, typed) => {
    const { code, stdout, stderr } = await home.run(root, typed(ENDED, '1'));
    expect({ code, stdout, stderr: stderr.split('\n')[0] }).toEqual({
      code: 0,
      stdout: '',
      stderr: `No change: ${ENDED} is completed already.`,
    });
    const json = await home.run(root, [...typed(ENDED, '1'), '--json']);
    expect(JSON.parse(json.stdout)).toEqual({ task_id: ENDED, changed: false, status: 'completed' });
  });

  test.each([...STEER, ...OTHER].filter(ofModule))('%s of an unknown module is 5', async (_, typed) => {
    const { code, stderr } = await home.run(root, typed(ENDED, 'nobody'));
    expect({ code, stderr }).toMatchObject({ code: 5, stderr: expect.stringContaining('has no module "nobody"') });
  });

  test.each([
    ['a module that is not in its track', ['audit', 'tiny', '9', '--no-write'], 5],
    ['a range beyond it', ['audit', 'tiny', '1', '9', '--no-write'], 2],
    ['an unknown track', ['audit', 'nowhere', '--no-write'], 2],
    ['an unknown track of a start', ['fix-review', 'nowhere', '1', '2'], 2],
    ['a plan of an undo', ['plan', 'tiny', '1', '2', '--operation', 'undo'], 2],
    ['options that contradict each other', ['research', 'tiny', '1', '2', '--review-only'], 2],
    ['a time without a unit', ['fix-review', 'tiny', '1', '2', '--module-timeout', '5'], 2],
  ])('%s is %j: %i', async (_, args, code) => {
    const result = await home.run(root, args);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(result.stderr).not.toMatch(/^\s+at .*\d+:\d+/m);
  });
});
