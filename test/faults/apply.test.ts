import { describe, expect, test } from 'vitest';
import type { FaultPoint } from '../../src/process/fault-point.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { appliedIn, moduleStates } from './module-states.ts';
import { outcomesOf } from './outcomes.ts';
import { extra } from './requests.ts';
import { createRig } from './rig.ts';
import { undisturbed } from './undisturbed.ts';

/** Every place at which a worker may die while it changes a module of which the lesson and the vocabulary are new. */
const POINTS: readonly FaultPoint[] = [
  'step:apply:tiny/001-module',
  'apply:begun',
  'apply:listed',
  'apply:moved-lesson',
  'apply:written-lesson',
  'apply:moved-vocabulary',
  'apply:written-vocabulary',
  'apply:kept',
];

describe.skipIf(noTemporal !== undefined)('apply', () => {
  test.each(POINTS)('kill -9 at %s: the files are whole, and applied once', async (point) => {
    const expected = await undisturbed(1);
    const rig = await createRig({ modules: 1, latency: () => 50 });
    rig.points.arm(point);
    await rig.begin();
    const record = await rig.watch();
    expect(rig.points.deaths().map((death) => death.point)).toEqual([point]);
    expect(outcomesOf(record)).toEqual(expected.outcomes);
    expect(Object.fromEntries(moduleStates(rig.folder))).toEqual(expected.files);
    const rounds = appliedIn(rig.folder);
    expect(rounds.map(({ applied }) => applied.files.map((file) => file.kind))).toEqual([['lesson', 'vocabulary']]);
    expect(extra(rig.server)).toBe(0);
    await rig.end();
  });
});
