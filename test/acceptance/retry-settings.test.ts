/** What is run again is run as it was: with the settings of the task that it goes on from, whatever the file says today. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { moduleStates } from '../faults/module-states.ts';
import { recordsOf } from '../faults/outcomes.ts';
import { woundedWorkspace } from '../faults/wounded.ts';
import { createHome, type CliResult, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { noTemporal } from '../helpers/temporal.ts';

let home: Home;
let folder: string;

const run = (...args: readonly string[]): Promise<CliResult> => home.run(folder, args);

/** The newest task once it has ended. */
async function newest(): Promise<TaskRecord> {
  await run('watch', 'latest');
  const record = recordsOf(folder).at(-1);
  if (record === undefined) throw new Error('there is no task');
  return record;
}

const FLAGS = '--model offline --max-rounds 1 --module-timeout 31m --canary 0 --halt 90 --no-cache'.split(' ');

describe.skipIf(noTemporal !== undefined)('run again', () => {
  beforeEach(() => {
    home = createHome();
    folder = tempWorkspace();
    woundedWorkspace(folder, 4);
  });
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
  });

  test.each([
    ['a retry of one module', ['retry', 'latest', '--module', '1']],
    ['a start over what failed', ['fix-review', 'tiny', '--only-failed', 'latest', '--background']],
  ])('%s of proposals makes proposals, with every setting of before', async (_, again) => {
    // The lesson of the second cannot be read as a module: it fails.
    writeFileSync(join(folder, 'tiny/002-module.md'), '');
    const before = moduleStates(folder);
    expect((await run('fix-review', 'tiny', '1', '2', '--propose', ...FLAGS)).code).not.toBe(8);
    const old = await newest();
    appendFileSync(join(folder, 'batch-manager.yaml'), 'model: google/m\nmax-rounds: 9\ngit: { commit: task }\n');
    expect(await run(...again)).toMatchObject({ code: 0 });
    const record = await newest();
    expect(record.retry_of).toBe(old.task_id);
    // A module that passed is run again in force: nothing would be done else.
    expect({ ...record.settings, force: false }).toEqual(old.settings);
    expect(record.settings).toMatchObject({ propose: true, moduleTimeoutMs: 31 * 60_000, halt: 90, noCache: true });
    expect(moduleStates(folder)).toEqual(before);
  });

  test('flags that are given now win, and the start says so', async () => {
    writeFileSync(join(folder, 'tiny/002-module.md'), '');
    await run('fix-review', 'tiny', '1', '2', '--propose', '--model', 'offline', '--max-rounds', '1');
    const old = await newest();
    const again = await run('fix-review', 'tiny', '--only-failed', 'latest', '--pass-score', '8');
    expect(again.stderr).toContain(`Settings are those of ${old.task_id}; from your flags: pass-score 8.`);
    expect((await newest()).settings).toEqual({ ...old.settings, passScore: 8 });
  });

  test('an undo that was refused is retried as an undo of the same task', async () => {
    await run('fix-review', 'tiny', '1', '2', '--model', 'offline');
    const fixed = await newest();
    const lesson = join(folder, 'tiny/002-module.md');
    const written = readFileSync(lesson, 'utf8');
    appendFileSync(lesson, 'Моє речення.\n');
    expect((await run('undo', fixed.task_id)).code).toBe(1);
    writeFileSync(lesson, written);
    expect(await run('retry', 'latest', '--failed')).toMatchObject({ code: 0 });
    expect(await newest()).toMatchObject({ operation: 'undo', of_task: fixed.task_id, counts: { UNDONE: 1 } });
    expect(readFileSync(lesson, 'utf8')).toContain('##Вступ');
  });

  test('an apply that was refused is retried as an apply of the same proposals', async () => {
    await run('fix-review', 'tiny', '1', '2', '--model', 'offline', '--propose');
    const proposed = await newest();
    const lesson = join(folder, 'tiny/002-module.md');
    const before = readFileSync(lesson, 'utf8');
    appendFileSync(lesson, 'Моє речення.\n');
    expect((await run('apply', proposed.task_id)).code).toBe(1);
    writeFileSync(lesson, before);
    expect(await run('retry', 'latest', '--failed')).toMatchObject({ code: 0 });
    expect(await newest()).toMatchObject({ operation: 'apply', of_task: proposed.task_id, counts: { APPLIED: 1 } });
    expect(readFileSync(lesson, 'utf8')).toContain('## Вступ');
  });

  test('a record without its settings is not guessed at: no task is made', async () => {
    await run('fix-review', 'tiny', '1', '2', '--model', 'offline', '--propose');
    const record = await newest();
    const file = join(folder, 'tasks', `${record.task_id}.json`);
    writeFileSync(file, JSON.stringify({ ...record, settings: undefined }));
    const retried = await run('retry', 'latest', '--module', '1');
    expect(retried).toMatchObject({ code: 2, stderr: expect.stringContaining('fix-review tiny --modules 1') });
    expect(recordsOf(folder)).toHaveLength(1);
  });

  test('set changes the settings that a retry goes on with', async () => {
    await run('fix-review', 'tiny', '1', '2', '--model', 'offline', '--canary', '1', '--background');
    for (let status = ''; status !== 'paused'; status = recordsOf(folder).at(-1)?.status ?? '');
    expect(await run('set', 'latest', '--max-rounds', '1', '--model', 'ollama/m')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('review model offline/rules-1 to ollama/m'),
    });
    await run('stop', 'latest');
    expect((await newest()).settings).toMatchObject({
      maxRounds: 1,
      model: 'ollama/m',
      reviewModel: 'ollama/m',
      canary: 1,
    });
  });
});
