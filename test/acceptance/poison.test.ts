/** A module that ends the worker's process, and kills that have nothing to do with a module. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { createHome, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { noTemporal } from '../helpers/temporal.ts';

let home: Home;
let folder: string;

/** A workspace of tiny modules whose worker dies at the named points. */
function workspaceWithFaults(modules: number, faults: Readonly<Record<string, string>>): void {
  home = createHome({ BATCH_MANAGER_MODEL: 'offline' });
  folder = tempWorkspace();
  tinyWorkspace(folder, modules);
  const faultsFolder = join(home.folder, 'faults');
  mkdirSync(faultsFolder);
  for (const [name, text] of Object.entries(faults)) writeFileSync(join(faultsFolder, name), text);
  home.env.BATCH_MANAGER_FAULTS = faultsFolder;
}

const deaths = (): string[] =>
  readFileSync(join(home.folder, 'faults/deaths.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[2] ?? '');

afterEach(async () => expect(await home.close()).toEqual([]));

describe.skipIf(noTemporal !== undefined)('a worker that dies in a step', () => {
  test('three times over the same module alone: that ends as ERROR with the cause, and the others go on', async () => {
    workspaceWithFaults(6, { 'step_judge_tiny_003-module': 'always' });
    const { code, stdout } = await home.run(folder, ['fix-review', 'tiny', '1', '6', '--json']);
    const { modules, status } = JSON.parse(stdout) as TaskRecord;
    expect({ code, status }).toEqual({ code: 1, status: 'completed' });
    const { '003-module': poison, ...others } = modules;
    expect(poison).toMatchObject({ outcome: 'ERROR', failure: 'Bug' });
    expect(poison?.detail).toMatch(/process died 3 times while it ran judge of tiny\/003-module and nothing else/);
    for (const other of Object.values(others)) expect(other.outcome).toMatch(/^(PASS_ON_REVIEW|FIXED)$/);
    // Three alone, and one or a few before in which others may have been in hand.
    expect(deaths().length).toBeGreaterThanOrEqual(3);
    expect(deaths().length).toBeLessThanOrEqual(5);
    const log = readFileSync(join(folder, 'tasks', `${(JSON.parse(stdout) as TaskRecord).task_id}.output`), 'utf8');
    expect(log).toContain('the worker died while it was in hand (alone, 2 times)');
  }, 180_000);

  test('once each over several modules: no module is blamed', async () => {
    workspaceWithFaults(6, {
      'step_audit_tiny_001-module': '',
      'step_judge_tiny_002-module': '',
      'step_finish_tiny_003-module': '',
    });
    const { code, stdout } = await home.run(folder, ['fix-review', 'tiny', '1', '6', '--json']);
    expect({ code, deaths: deaths().length }).toEqual({ code: 0, deaths: 3 });
    expect((JSON.parse(stdout) as TaskRecord).counts).not.toHaveProperty('ERROR');
  }, 180_000);
});
