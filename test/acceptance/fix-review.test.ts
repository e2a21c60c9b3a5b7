import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { OUTCOME_NAMES } from '../../src/domain/outcome.ts';
import { appliedRounds, backupFolder } from '../../src/store/backups.ts';
import type { TaskRecord } from '../../src/store/records.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { createHome } from '../helpers/cli.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { copyOf, noReal, REAL, SAMPLE } from '../helpers/workspaces.ts';

const home = createHome();
const folders: string[] = [];
const workspace = (source: string): string => {
  const folder = copyOf(source);
  folders.push(folder);
  execFileSync('git', ['init', '-q'], { cwd: folder });
  return folder;
};

afterAll(async () => {
  expect(await home.close()).toEqual([]);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Paths of files that differ from the source, our own state aside. */
function changedFiles(source: string, folder: string): string[] {
  try {
    execFileSync('diff', ['-rq', '-x', '.batch-manager', '-x', '.git', '-x', 'tasks', source, folder], {
      encoding: 'utf8',
    });
    return [];
  } catch (error) {
    const lines = (error as { stdout: string }).stdout.trim().split('\n');
    return lines
      .map((line) => /and (\S+) differ/.exec(line)?.[1] ?? line)
      .map((path) => path.replace(`${folder}/`, ''));
  }
}

describe.skipIf(noTemporal !== undefined)('fix-review', () => {
  test('the sample shows each kind of end, and a second run passes over what has passed', async () => {
    const folder = workspace(SAMPLE);
    const first = await home.run(folder, ['fix-review', 'a1', '1', '10', '--json']);
    const record = JSON.parse(first.stdout) as TaskRecord;
    expect(record.status).toBe('completed');
    expect(Object.keys(record.counts).toSorted()).toEqual(
      expect.arrayContaining(['FIXED', 'MISSING', 'PASS_ON_REVIEW']),
    );
    expect((record.counts.FAIL_AFTER_RETRIES ?? 0) + (record.counts.STUCK ?? 0)).toBeGreaterThan(0);
    expect(first.code).toBe(1);
    const passed = Object.values(record.modules).filter(
      (module) => module.outcome === 'FIXED' || module.outcome === 'PASS_ON_REVIEW',
    );

    const second = JSON.parse((await home.run(folder, ['fix-review', 'a1', '1', '10', '--json'])).stdout) as TaskRecord;
    expect(second.counts.ALREADY_PASS).toBe(passed.length);
    const log = readFileSync(second.output_file, 'utf8');
    for (const [slug, module] of Object.entries(second.modules)) {
      if (module.outcome === 'ALREADY_PASS') expect(log).not.toMatch(new RegExp(`${slug} +review r0 +asking`));
    }
  });

  test.skipIf(noReal !== undefined)(
    `real modules end truly, and only what was fixed is changed${noReal ?? ''}`,
    async () => {
      const folder = workspace(REAL);
      const { stdout, code } = await home.run(folder, ['fix-review', 'b1', '6', '10', '--model', 'offline', '--json']);
      const record = JSON.parse(stdout) as TaskRecord;
      expect([0, 1]).toContain(code);
      expect(
        Object.values(record.modules).every(
          (module) => OUTCOME_NAMES.includes(module.outcome ?? 'ERROR') && module.outcome !== 'ERROR',
        ),
      ).toBe(true);
      const changed = changedFiles(REAL, folder).filter(
        (path) => !path.includes('/review/') && !path.startsWith('Only in'),
      );
      const backedUp: string[] = [];
      for (const [slug, module] of Object.entries(record.modules)) {
        const rounds = await appliedRounds(backupFolder(workspaceAt(folder), record.task_id, { track: 'b1', slug }));
        expect(rounds.length > 0).toBe(module.changed);
        for (const round of rounds) {
          for (const file of round.files) {
            backedUp.push(`curriculum/l2-uk-en/${file.path}`);
            const before = readFileSync(join(round.folder, 'before', file.path));
            if (round === rounds[0]) expect(before).toEqual(readFileSync(join(REAL, 'curriculum/l2-uk-en', file.path)));
          }
        }
        if (module.outcome === 'PASS_ON_REVIEW') expect(module.changed).toBe(false);
      }
      expect(changed.toSorted()).toEqual([...new Set(backedUp)].toSorted());
    },
    120_000,
  );

  test('show, logs, diff and list tell of an ended task with the engine down', async () => {
    const folder = workspace(SAMPLE);
    await home.run(folder, ['fix-review', 'a1', '1', '10']);
    await home.run(folder, ['down', '--now']);
    const list = await home.run(folder, ['list']);
    expect(list.stdout).toMatch(/fix-review-a1-1-10-\d{14} +completed +10\/10/);
    const show = await home.run(folder, ['show', 'latest', '--exit-status']);
    expect(show.code).toBe(1);
    expect(show.stdout).toContain('MISSING');
    const record = JSON.parse((await home.run(folder, ['show', 'latest', '--json'])).stdout) as TaskRecord;
    const [fixed] = Object.entries(record.modules).find(([, module]) => module.outcome === 'FIXED') ?? [];
    const module = await home.run(folder, ['show', 'latest', '--module', fixed ?? '']);
    expect(module.stdout).toContain('**Overall Score:**');
    const diff = await home.run(folder, ['diff', 'latest', '--module', fixed ?? '']);
    expect(diff.stdout).toMatch(/^--- a\/a1\//m);
    const logs = await home.run(folder, ['logs', 'latest', '--module', fixed ?? '']);
    expect(logs.stdout).toMatch(/fix r1 +asking offline\/rules-1/);
    expect(
      logs.stdout
        .trim()
        .split('\n')
        .every((line) => line.includes(`a1/${fixed}`)),
    ).toBe(true);
  });

  test('research writes what is missing, and orchestrate goes on with fix-review', async () => {
    const folder = workspace(SAMPLE);
    const research = await home.run(folder, ['research', 'b2-hist', '1', '2', '--json']);
    expect((JSON.parse(research.stdout) as TaskRecord).counts).toEqual({ RESEARCHED: 2 });
    expect(research.code).toBe(0);
    const again = await home.run(folder, ['research', 'b2-hist', '1', '2', '--json']);
    expect((JSON.parse(again.stdout) as TaskRecord).counts).toEqual({ ALREADY_DONE: 2 });
    const forced = await home.run(folder, ['research', 'b2-hist', '1', '2', '--force', '--json']);
    expect((JSON.parse(forced.stdout) as TaskRecord).counts).toEqual({ RESEARCHED: 2 });
    const both = JSON.parse((await home.run(folder, ['orchestrate', 'a1', '1', '2', '--json'])).stdout) as TaskRecord;
    expect(both.status).toBe('completed');
    expect(both.operation).toBe('orchestrate');
  });
});
