import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { FaultPoint } from '../../src/process/fault-point.ts';
import { serveHttp } from '../helpers/http-server.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { moduleStates } from './module-states.ts';
import { recordsOf } from './outcomes.ts';
import { extra } from './requests.ts';
import { createRig, type Rig } from './rig.ts';

/** Every place at which a worker may die while it gives a lesson and a vocabulary their old text back. */
const UNDO: readonly FaultPoint[] = [
  'step:undo:tiny/001-module',
  'undo:begun',
  'undo:listed',
  'undo:moved-lesson',
  'undo:written-lesson',
  'undo:moved-vocabulary',
  'undo:written-vocabulary',
  'undo:kept',
];

/** The same of a proposal that is put in place. */
const APPLY: readonly FaultPoint[] = [
  'step:applyProposal:tiny/001-module',
  'apply:begun',
  'apply:listed',
  'apply:moved-lesson',
  'apply:written-lesson',
  'apply:written-vocabulary',
  'apply:kept',
];

/** Runs a command in which a worker dies at a point, to its end. */
async function dies(rig: Rig, point: FaultPoint, ...command: readonly string[]): Promise<void> {
  rig.points.arm(point);
  const { code, stderr } = await rig.run(...command);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  expect(rig.points.deaths().map((death) => death.point)).toEqual([point]);
}

/** Changes of modules that a task has recorded. */
function changesOf(rig: Rig, operation: string): string[] {
  const id = recordsOf(rig.folder).find((record) => record.operation === operation)?.task_id ?? '';
  return readdirSync(join(rig.folder, '.batch-manager/backups', id, 'tiny/001-module')).filter((name) =>
    /^r\d/.test(name),
  );
}

describe.skipIf(noTemporal !== undefined)('a worker dies', () => {
  test.each(UNDO)('at %s: the undo is finished, once, and each file is whole', async (point) => {
    const rig = await createRig({ modules: 1, latency: () => 0 });
    await rig.run(...rig.command);
    expect(moduleStates(rig.folder)).not.toEqual(rig.before);
    await dies(rig, point, 'undo', 'latest');
    expect(moduleStates(rig.folder)).toEqual(rig.before);
    expect(changesOf(rig, 'undo')).toHaveLength(1);
    expect(recordsOf(rig.folder).find(({ operation }) => operation === 'undo')).toMatchObject({
      counts: { UNDONE: 1 },
      modules: { '001-module': { changed: true } },
    });
    expect(existsSync(join(rig.folder, '.batch-manager/modules/tiny/001-module.json'))).toBe(true);
    expect(extra(rig.server)).toBe(0);
    await rig.end();
  });

  test.each(APPLY)('at %s: the proposal is put in place, once, and each file is whole', async (point) => {
    const rig = await createRig({ modules: 1, latency: () => 0 });
    await rig.run(...rig.command, '--propose');
    expect(moduleStates(rig.folder)).toEqual(rig.before);
    const id = recordsOf(rig.folder)[0]?.task_id ?? '';
    await dies(rig, point, 'apply', 'latest');
    const proposed = join(rig.folder, '.batch-manager/proposals', id, 'tiny/001-module/after');
    for (const path of ['tiny/001-module.md', 'tiny/vocabulary/001-module.yaml'])
      expect(readFileSync(join(rig.folder, path), 'utf8')).toBe(readFileSync(join(proposed, path), 'utf8'));
    expect(changesOf(rig, 'apply')).toHaveLength(1);
    await rig.end();
  });

  test('at step:propose: nothing is changed, and the proposal is whole', async () => {
    const rig = await createRig({ modules: 1, latency: () => 0 });
    await dies(rig, 'step:propose:tiny/001-module', ...rig.command, '--propose');
    expect(moduleStates(rig.folder)).toEqual(rig.before);
    expect((await rig.run('apply', 'latest')).code).toBe(0);
    await rig.end();
  });

  test.each<[FaultPoint, number]>([
    ['notify:marked', 0],
    ['record:written', 1],
  ])('at %s: nobody is told twice', async (point, told) => {
    const hook = await serveHttp(() => ({ body: {} }));
    const rig = await createRig({ modules: 1, latency: () => 0, settings: `notify:\n  url: ${hook.url}\n` });
    rig.points.arm(point);
    await rig.run(...rig.command);
    await until(() => existsSync(join(rig.folder, '.batch-manager/notified')));
    await rig.end();
    expect(rig.points.deaths().map((death) => death.point)).toEqual([point]);
    expect(hook.requests.map(({ body }) => body.event)).toEqual(Array.from({ length: told }, () => 'done'));
  });
});
