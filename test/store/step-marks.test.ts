import { expect, test } from 'vitest';
import { StepMarks } from '../../src/store/step-marks.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { tempFolder } from '../helpers/temp.ts';

const step = (module: string) => ({ module, taskId: 't', step: 'audit' });
const isDead = (worker: string): boolean => worker.startsWith('dead');

test('a step that is over leaves nothing; one in which a worker died makes its module a suspect, without blame', async () => {
  const workspace = workspaceAt(tempFolder());
  const dead = new StepMarks(workspace, 'dead 1');
  dead.mark(step('b1/01'), false);
  dead.clear('b1/01');
  dead.mark(step('b1/02'), false);
  const next = new StepMarks(workspace, 'living');
  expect(await next.takeUp(isDead)).toMatchObject([{ module: 'b1/02', step: 'audit', deaths: 0 }]);
  expect([next.deaths('b1/01'), next.deaths('b1/02')]).toEqual([null, 0]);
});

test('only deaths while it ran alone are counted, over workers that knew of it and did not run it, too', async () => {
  const workspace = workspaceAt(tempFolder());
  new StepMarks(workspace, 'dead 1').mark(step('b1/02'), false);
  for (const [worker, alone, deaths] of [
    ['dead 2', true, 0],
    ['dead 3', false, 1],
    ['dead 4', true, 1],
    ['dead 5', true, 2],
  ] as const) {
    const marks = new StepMarks(workspace, worker);
    await marks.takeUp(isDead);
    expect(marks.deaths('b1/02')).toBe(deaths);
    marks.mark(step('b1/02'), alone);
  }
  const idle = new StepMarks(workspace, 'dead 6');
  expect(await idle.takeUp(isDead)).toMatchObject([{ deaths: 3 }]);
  // It died without having run it.
  const last = new StepMarks(workspace, 'living');
  expect(await last.takeUp(isDead)).toEqual([]);
  expect(last.deaths('b1/02')).toBe(3);
});

test('a suspect whose step is over is none any more, and a mark of a living worker is left alone', async () => {
  const workspace = workspaceAt(tempFolder());
  new StepMarks(workspace, 'dead 1').mark(step('b1/02'), false);
  const marks = new StepMarks(workspace, 'living 1');
  await marks.takeUp(isDead);
  marks.mark(step('b1/02'), true);
  marks.clear('b1/02');
  marks.mark(step('b1/03'), false);
  const other = new StepMarks(workspace, 'living 2');
  expect(await other.takeUp(isDead)).toEqual([]);
  expect([other.deaths('b1/02'), other.deaths('b1/03')]).toEqual([null, null]);
});
