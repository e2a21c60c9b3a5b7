/** Random schedules: npm run test:chaos -- --seed N --minutes M --runs R. A failing run prints its seed and its schedule. */
import { describe, expect, test } from 'vitest';
import { noTemporal } from '../helpers/temporal.ts';
import { playChaos } from './run.ts';
import { scheduleOf, scheduleText } from './schedule.ts';

const MINUTES = Number(process.env.CHAOS_MINUTES ?? 2);
const RUNS = Number(process.env.CHAOS_RUNS ?? 1);
const MODULES = Number(process.env.CHAOS_MODULES ?? 200);
const FIRST = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 1e9));
const seeds = Array.from({ length: RUNS }, (_, run) => FIRST + run);

describe.skipIf(noTemporal !== undefined)('a random schedule', () => {
  test.each(seeds)(
    `seed %i, ${MINUTES} minutes, ${MODULES} modules`,
    async (seed) => {
      try {
        // About as long as the schedule: eight calls at a time, some 2.5 a module.
        const latency = Math.round((MINUTES * 60_000 * 8) / (MODULES * 2.5) / 1.5);
        const played = await playChaos({ seed, minutes: MINUTES, modules: MODULES, latency });
        expect(played.tasks).toBeGreaterThan(0);
        console.log(`seed ${seed}: ${JSON.stringify(played)}`);
      } catch (error) {
        console.log(`seed ${seed} failed: ${String(error)}\nits schedule:\n${scheduleText(scheduleOf(seed, MINUTES))}`);
        throw error;
      }
    },
    MINUTES * 60_000 + 600_000,
  );
});

test('the same seed gives the same schedule', () => {
  expect(scheduleOf(7, 2)).toEqual(scheduleOf(7, 2));
  expect(scheduleOf(7, 2)).not.toEqual(scheduleOf(8, 2));
  expect(new Set(scheduleOf(1, 60).map(({ kind }) => kind)).size).toBe(11);
});
