import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../src/domain/random.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { brokenFiles, moduleStates } from './module-states.ts';
import { onlyRecord, outcomesOf } from './outcomes.ts';
import { onlookers } from './onlookers.ts';
import { pidsOf, type Role } from './processes.ts';
import { ROUNDS, SEED } from './random.ts';
import { distinct, extra } from './requests.ts';
import { createRig, type Rig, type Running } from './rig.ts';
import { strike } from './strike.ts';
import { undisturbed } from './undisturbed.ts';

const MODULES = 40;

/** `cli` is the foreground `fix-review`: onlookers live on. */
type Victim = Exclude<Role, 'spare'> | 'all';

/** When to kill: after so many requests and ms since the last kill. */
interface Moment {
  readonly requests: number;
  readonly ms: number;
}

const victimsOf = (rig: Rig, victim: Victim, cli: Running): number[] => {
  if (victim === 'cli') return [cli.pid];
  return victim === 'all' ? [cli.pid, ...pidsOf(rig, 'worker', 'spare', 'server', 'supervisor')] : pidsOf(rig, victim);
};

/** Kills, looks whether all module files are whole just then, and gives the requests that it may cost. */
async function strikeAt(rig: Rig, victim: Victim, cli: Running): Promise<number> {
  const out = await strike(rig, victimsOf(rig, victim, cli));
  expect(brokenFiles(rig.folder, rig.before)).toEqual([]);
  return victim === 'worker' || victim === 'all' ? out : 0;
}

/** Requests of a run: those of an undisturbed one, those beyond them, and those that the kills may have cost. */
interface Figures {
  readonly needed: number;
  readonly extra: number;
  readonly inHand: number;
}

/** The longest time in which no request was made, s. */
const longestStill = (at: readonly number[]): number =>
  Math.max(...at.slice(1).map((ms, index) => ms - (at[index] ?? ms))) / 1000;

/** Runs the batch in the foreground with kills at the moments given; the same command goes on where it is needed. */
async function survive(victim: Victim, moments: readonly Moment[], latency = 300): Promise<Figures> {
  const expected = await undisturbed(MODULES);
  const rig = await createRig({ modules: MODULES, latency: (_, n) => latency + ((n * 37) % 200) });
  let cli = rig.start(...rig.command);
  await until(() => rig.server.requests.length > 0, 60_000);
  const begun = Date.now();
  const looking = onlookers(rig);
  let cost = 0;
  for (const { requests, ms } of moments) {
    await until(() => rig.server.requests.length >= requests, 120_000);
    await sleep(ms);
    if (onlyRecord(rig.folder).ended_at !== null) break;
    cost += await strikeAt(rig, victim, cli);
    if (victim === 'cli' || victim === 'all') {
      await cli.result;
      cli = rig.start(...rig.command);
    } else if (victim === 'supervisor') {
      await until(() => pidsOf(rig, 'supervisor').length === 0);
      expect(await rig.run('up')).toMatchObject({ code: 0 });
    }
  }
  expect(await cli.result).toMatchObject({ code: 0 });
  const still = longestStill([...rig.server.requests.map(({ startedAt }) => startedAt), Date.now()]);
  await looking.end();
  const record = onlyRecord(rig.folder);
  const figures = { needed: expected.prompts.size, extra: extra(rig.server), inHand: cost };
  console.log(
    `${victim}: ${moments.length} kills, ${JSON.stringify(figures)}, ${Math.round((Date.now() - begun) / 1000)} s, still ${still} s, looks ${looking.looks()}`,
  );
  expect(outcomesOf(record)).toEqual(expected.outcomes);
  expect(Object.fromEntries(moduleStates(rig.folder))).toEqual(expected.files);
  expect(distinct(rig.server)).toEqual(expected.prompts);
  await rig.end();
  return figures;
}

describe.skipIf(noTemporal !== undefined)(`kill -9 in the middle of a batch (FAULT_SEED=${SEED})`, () => {
  const victims: readonly Victim[] = ['worker', 'server', 'supervisor', 'cli', 'all'];

  describe.each(victims)('%s', (victim) => {
    const random = randomFrom(SEED + victims.indexOf(victim));
    const rounds = Array.from({ length: ROUNDS }, (_, index) => ({
      round: index + 1,
      requests: 2 + Math.floor(random() * 70),
      ms: Math.floor(random() * 400),
    }));

    test.each(rounds)('round $round: after $requests requests and $ms ms', async ({ requests, ms }) => {
      const figures = await survive(victim, [{ requests, ms }]);
      expect(figures.extra).toBeLessThanOrEqual(figures.inHand);
    });
  });

  test.each([
    ['worker', 1000],
    ['worker', 3000],
    ['worker', 5000],
    ['server', 3000],
    ['all', 5000],
  ] as const)('%s again and again, %i ms apart', async (victim, apart) => {
    const moments = Array.from({ length: 5 }, () => ({ requests: 1, ms: apart }));
    // Slower calls, so that the batch outlives the series.
    const figures = await survive(victim, moments, 1300);
    expect(figures.extra).toBeLessThanOrEqual(figures.inHand);
  });
});
