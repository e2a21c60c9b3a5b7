import { describe, expect, test } from 'vitest';
import { outcomesOf } from '../faults/outcomes.ts';
import { pidsOf } from '../faults/processes.ts';
import { distinct, duplicates, extra } from '../faults/requests.ts';
import { createRig } from '../faults/rig.ts';
import { strike } from '../faults/strike.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';

/** The short part of the proof that nothing is lost; all of it: npm run test:faults. */
describe.skipIf(noTemporal !== undefined)('a process is killed', () => {
  test('at a reply, once it is kept, and between two files of a change: all is whole, and one request is made twice', async () => {
    const rig = await createRig({ modules: 1, latency: () => 50 });
    const points = ['call:replied', 'call:kept', 'apply:written-lesson'] as const;
    for (const point of points) rig.points.arm(point);
    await rig.begin();
    expect((await rig.watch()).counts).toEqual({ FIXED: 1 });
    expect(rig.points.deaths().map((death) => death.point)).toEqual(points);
    // Asked again is what had left the model and was not on disk, and nothing else.
    expect({ needed: distinct(rig.server).size, extra: extra(rig.server) }).toEqual({ needed: 3, extra: 1 });
    await rig.end();
  });

  test('all of them at once: the same command goes on, and only what was in flight is asked again', async () => {
    const rig = await createRig({ modules: 4, latency: () => 800 });
    const cli = rig.start(...rig.command);
    await until(() => rig.server.requests.length >= 6, 60_000);
    const cost = await strike(rig, pidsOf(rig, 'cli', 'worker', 'spare', 'server', 'supervisor'));
    await cli.result;
    expect(pidsOf(rig, 'worker', 'server', 'supervisor', 'cli')).toEqual([]);
    expect(await rig.run(...rig.command)).toMatchObject({ code: 0 });
    expect(Object.values(outcomesOf(await rig.watch())).filter((end) => !/^(FIXED|PASS_ON_REVIEW) /.test(end))).toEqual(
      [],
    );
    expect({ within: extra(rig.server) <= cost, repeated: duplicates(rig.server) }).toMatchObject({ within: true });
    await rig.end();
  });
});
