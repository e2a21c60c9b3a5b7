import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { recordsOf } from '../faults/outcomes.ts';
import { moduleStates, under } from '../faults/module-states.ts';
import { woundedWorkspace } from '../faults/wounded.ts';
import { createHome, type CliResult, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import type { GeminiServer } from '../helpers/gemini-server.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { copyOf, SAMPLE } from '../helpers/workspaces.ts';
import { googleAt, startThinkingServer } from '../helpers/thinking-server.ts';

let server: GeminiServer;
let home: Home;
let folder: string;

const run = (...args: readonly string[]): Promise<CliResult> => home.run(folder, args);

describe.skipIf(noTemporal !== undefined)('propose', () => {
  beforeEach(async () => {
    server = await startThinkingServer(() => 0);
    home = createHome(googleAt(server));
  });
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test('no module is changed until apply, which then does what a plain run had done, for nothing', async () => {
    folder = tempWorkspace();
    woundedWorkspace(folder, 4);
    expect((await run('fix-review', 'tiny', '1', '4')).code).toBe(0);
    const plain = moduleStates(folder);
    const asked = server.requests.length;

    folder = tempWorkspace();
    woundedWorkspace(folder, 4);
    const before = moduleStates(folder);
    const proposed = await run('fix-review', 'tiny', '1', '4', '--propose', '--json');
    expect(proposed.code).toBe(0);
    const record = JSON.parse(proposed.stdout) as TaskRecord;
    expect(record.counts).toEqual({ PROPOSED: 3, PASS_ON_REVIEW: 1 });
    expect(Object.values(record.modules).some(({ changed }) => changed)).toBe(false);
    expect(moduleStates(folder)).toEqual(before);
    expect(existsSync(join(folder, '.batch-manager/backups', record.task_id, 'tiny/001-module/r1'))).toBe(false);
    expect(server.requests).toHaveLength(2 * asked);

    const show = await run('show', 'latest');
    expect(show.stderr).toContain('Proposals: 3.');
    const module = await run('show', 'latest', '--module', '1');
    expect(module.stdout).toMatch(
      /Proposed in round 1: review [\d.]+ to 9[\d.]*, passes\n {2}tiny\/001-module\.md, tiny\/vocabulary/,
    );
    expect(module.stdout).toContain('**Overall Score:**');
    const diff = await run('diff', 'latest', '--module', '1');
    expect(diff.stdout).toContain('-##Вступ\n+## Вступ');
    expect(diff.stderr).toContain(`batch-manager apply ${record.task_id}`);

    // The same command proposes the same, and pays for nothing.
    await run('fix-review', 'tiny', '1', '4', '--propose');
    expect(server.requests).toHaveLength(2 * asked);

    const applied = await run('apply', record.task_id, '--json');
    expect(applied.code).toBe(0);
    expect(JSON.parse(applied.stdout)).toMatchObject({
      operation: 'apply',
      of_task: record.task_id,
      counts: { APPLIED: 3 },
    });
    expect(moduleStates(folder)).toEqual(plain);
    const again = await run('apply', record.task_id);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('no change: it was in place already') });
    // Their reviews came with them.
    const passed = await run('fix-review', 'tiny', '1', '4', '--json');
    expect((JSON.parse(passed.stdout) as TaskRecord).counts).toEqual({ ALREADY_PASS: 4 });
    expect(server.requests).toHaveLength(2 * asked);
    // And it is undone as any other task.
    const apply = recordsOf(folder).find(({ operation }) => operation === 'apply');
    expect((await run('undo', apply?.task_id ?? '')).code).toBe(0);
    expect(moduleStates(folder)).toEqual(before);
  });

  test('a module that was edited since is not applied over, the others are', async () => {
    folder = tempWorkspace();
    woundedWorkspace(folder, 4);
    await run('fix-review', 'tiny', '1', '4', '--propose');
    appendFileSync(join(folder, 'tiny/002-module.md'), 'Моє речення.\n');
    const edited = moduleStates(folder).get('tiny/002-module.md');
    expect((await run('show', 'latest', '--module', '2')).stdout).toContain('edited since, so it cannot be applied');
    const applied = await run('apply', 'latest');
    expect(applied.code).toBe(1);
    expect(applied.stdout).toMatch(/002-module +BASE_CHANGED +.*tiny\/002-module\.md was edited since it was proposed/);
    expect(moduleStates(folder).get('tiny/002-module.md')).toBe(edited);
    expect(applied.stderr).toContain('2 APPLIED');
  });

  test('a version that is better and does not pass is proposed, too, over all its rounds', async () => {
    folder = copyOf(SAMPLE);
    const plain = copyOf(SAMPLE);
    const record = JSON.parse(
      (await run('fix-review', 'a1', '1', '10', '--model', 'offline', '--json', '--propose')).stdout,
    ) as TaskRecord;
    const other = JSON.parse(
      (await home.run(plain, ['fix-review', 'a1', '1', '10', '--model', 'offline', '--json'])).stdout,
    ) as TaskRecord;
    const better = Object.entries(other.modules).filter(([, { changed }]) => changed);
    expect(better.some(([, { outcome }]) => outcome !== 'FIXED')).toBe(true);
    for (const [slug, { outcome, rounds }] of better) {
      const mine = record.modules[slug];
      expect({ slug, outcome: mine?.outcome, rounds: mine?.rounds }).toEqual({
        slug,
        outcome: outcome === 'FIXED' ? 'PROPOSED' : outcome,
        rounds,
      });
      if (outcome !== 'FIXED') expect(mine?.detail).toContain('a better version is proposed');
    }
    expect((await run('apply', record.task_id)).code).toBe(0);
    const lessons = (root: string): string[] =>
      under(join(root, 'curriculum')).filter((file) => !file.includes('/review/') && !file.includes('/research/'));
    for (const file of lessons(plain))
      expect(readFileSync(file.replace(plain, folder), 'utf8')).toBe(readFileSync(file, 'utf8'));
  });
});
