import { describe, expect, test } from 'vitest';
import { playChaos } from '../chaos/run.ts';
import { scheduleOf } from '../chaos/schedule.ts';
import { noTemporal } from '../helpers/temporal.ts';

/** A schedule that holds two deaths of the worker, two stops, a pause and an edit within 20 seconds. */
const SEED = 27;

/** The short run of the random schedules; all of them: npm run test:chaos. */
describe.skipIf(noTemporal !== undefined)('a short random schedule', () => {
  test('leaves every module accounted for, every file whole and no reply asked for again', async () => {
    const kinds = scheduleOf(SEED, 1 / 3).map(({ kind }) => kind);
    const played = await playChaos({ seed: SEED, minutes: 1 / 3, modules: 24, latency: 700 });
    expect(Object.keys(played.moves).toSorted()).toEqual([...new Set(kinds)].toSorted());
  });
});
