import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordsOf } from '../faults/outcomes.ts';
import { moduleStates, under, type ModuleStates } from '../faults/module-states.ts';
import { woundedWorkspace } from '../faults/wounded.ts';
import { createHome, type CliResult, type Home } from '../helpers/cli.ts';
import { manifestText, tempWorkspace } from '../helpers/curriculum.ts';
import type { GeminiServer } from '../helpers/gemini-server.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { googleAt, startThinkingServer } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';

const LESSON = 'tiny/001-module.md';

let latency = 0;
let server: GeminiServer;
let home: Home;
let folder: string;
let before: ModuleStates;

const run = (...args: readonly string[]): Promise<CliResult> => home.run(folder, args);
const text = (path: string): string => readFileSync(join(folder, path), 'utf8');

describe.skipIf(noTemporal !== undefined)('undo', () => {
  beforeEach(async () => {
    latency = 0;
    server = await startThinkingServer(() => latency);
    home = createHome(googleAt(server));
    folder = tempWorkspace();
    woundedWorkspace(folder, 4);
    before = moduleStates(folder);
  });
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test('all that a task changed is as before; the next run asks anew for that, and for nothing else', async () => {
    expect((await run('fix-review', 'tiny', '1', '4')).code).toBe(0);
    const after = moduleStates(folder);
    expect(after).not.toEqual(before);
    const [task] = recordsOf(folder);
    const undone = await run('undo', 'latest', '--json');
    expect(undone.code).toBe(0);
    expect(JSON.parse(undone.stdout)).toMatchObject({
      operation: 'undo',
      of_task: task?.task_id,
      counts: { UNDONE: 3 },
      total: 3,
      cost: null,
    });
    expect(moduleStates(folder)).toEqual(before);
    expect(under(join(folder, 'tiny/review')).map((file) => basename(file))).toEqual(['003-module-review.md']);
    expect((await run('diff', 'latest')).stdout).toContain('+##Вступ');
    const again = await run('undo', task?.task_id ?? '', '--json');
    expect(JSON.parse(again.stdout)).toMatchObject({ counts: { UNDONE: 3 } });
    expect(again.stdout).toContain('no change: it is as it was before the task');

    const asked = server.requests.length;
    expect((await run('fix-review', 'tiny', '1', '4')).code).toBe(0);
    expect(server.requests.length).toBe(asked * 2 - 1);
    expect(moduleStates(folder)).toEqual(after);
    // An undo is undone as any other task.
    await run('undo', 'latest');
    expect(moduleStates(folder)).toEqual(before);
    await run('undo', 'latest');
    expect(moduleStates(folder)).toEqual(after);
  });

  test('what was edited since is shown and left, the others are undone; --force keeps a copy of it', async () => {
    await run('fix-review', 'tiny', '1', '4');
    const id = recordsOf(folder)[0]?.task_id ?? '';
    appendFileSync(join(folder, LESSON), 'Моє речення.\n');
    const mine = text(LESSON);
    const refused = await run('undo', id);
    expect(refused.code).toBe(1);
    expect(refused.stdout).toMatch(/BASE_CHANGED.*changed since: tiny\/001-module\.md; --force keeps a copy/);
    expect(refused.stdout).toContain('+Моє речення.');
    expect(refused.stderr).toContain(`batch-manager undo ${id} --module SLUG --force`);
    expect(text(LESSON)).toBe(mine);
    const others = [...before].filter(([path]) => !path.includes('001-module'));
    expect(new Map([...moduleStates(folder)].filter(([path]) => !path.includes('001-module')))).toEqual(
      new Map(others),
    );

    const forced = await run('undo', id, '--module', '001-module', '--force');
    expect(forced.code).toBe(0);
    expect(moduleStates(folder)).toEqual(before);
    const copies = under(join(folder, '.batch-manager/backups')).filter((file) => file.endsWith(`before/${LESSON}`));
    expect(copies.map((file) => readFileSync(file, 'utf8'))).toContain(mine);
  });

  test('a later task is to be undone first, and is named', async () => {
    await run('fix-review', 'tiny', '1', '1');
    const [first] = recordsOf(folder);
    writeFileSync(join(folder, LESSON), `${text(LESSON).replace('## Підсумок', '##Підсумок')}Моє речення.\n`);
    await run('fix-review', 'tiny', '1', '1');
    const [, second] = recordsOf(folder);
    expect(second?.counts).toEqual({ FIXED: 1 });
    const refused = await run('undo', first?.task_id ?? '', '--json');
    expect(refused.code).toBe(1);
    expect(refused.stdout).toContain(`changed since: ${LESSON} by ${second?.task_id}: undo that one first`);
    expect((await run('undo', second?.task_id ?? '')).code).toBe(0);
    expect(text(LESSON)).toContain('##Підсумок');
  });

  test('a module is found by its name where the manifest has moved it, and a track without it says so', async () => {
    await run('fix-review', 'tiny', '1', '4');
    const slugs = ['000-new', '001-module', '002-module', '003-module', '004-module'];
    writeFileSync(join(folder, 'curriculum.yaml'), manifestText('tiny', slugs));
    expect((await run('undo', 'latest', '--module', '2')).code).toBe(0);
    const states = moduleStates(folder);
    expect(states.get('tiny/002-module.md')).toBe(before.get('tiny/002-module.md'));
    expect(states.get(LESSON)).not.toBe(before.get(LESSON));
    writeFileSync(join(folder, 'curriculum.yaml'), manifestText('tiny', slugs.slice(2)));
    const id = recordsOf(folder)[0]?.task_id ?? '';
    expect(await run('undo', id)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('No longer in track tiny'),
    });
  });

  test('a running task is not undone under its feet; where nothing was changed, there is no change', async () => {
    latency = 60_000;
    const id = (await run('fix-review', 'tiny', '1', '4', '-b')).stdout.trim();
    await until(() => server.inFlight > 0);
    expect(await run('undo', id)).toMatchObject({ code: 2, stderr: expect.stringContaining('Stop it first') });
    expect(await run('undo', id, '--module', '1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('not ended'),
    });
    await run('stop', id);
    expect(await run('undo', id)).toMatchObject({ code: 0, stderr: expect.stringContaining('No change') });
    expect(await run('undo', 'fix-review-nothing')).toMatchObject({ code: 5 });
    expect(moduleStates(folder)).toEqual(before);
  });
});
