import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../src/domain/random.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { onlyRecord } from './outcomes.ts';
import { signalOne } from './processes.ts';
import { ROUNDS, SEED } from './random.ts';
import { createRig, type Rig } from './rig.ts';
import { taskIdsOf } from './task-ids.ts';
import { neededCalls } from './wounded.ts';

/** One workflow in Temporal, one record, and no call twice. */
async function expectOneTask(rig: Rig): Promise<void> {
  expect(await taskIdsOf(rig)).toEqual([onlyRecord(rig.folder).task_id]);
  expect(rig.server.requests).toHaveLength(neededCalls(4));
  await rig.end();
}

describe.skipIf(noTemporal !== undefined)('the command line is killed', () => {
  test.each(['start:pointed', 'start:started'] as const)(
    'at %s: the same command starts or attaches',
    async (point) => {
      const rig = await createRig({ modules: 4 });
      await rig.run('up');
      rig.points.arm(point);
      await rig.run(...rig.command, '-b');
      expect(rig.points.deaths()).toHaveLength(1);
      const again = await rig.run(...rig.command);
      expect(again).toMatchObject({ code: 0 });
      await expectOneTask(rig);
    },
  );

  test(`at random moments after its start, and started anew each time (FAULT_SEED=${SEED})`, async () => {
    const rig = await createRig({ modules: 4, latency: () => 2500 });
    await rig.run('up');
    const random = randomFrom(SEED);
    for (let round = 0; round < ROUNDS; round += 1) {
      const cli = rig.start(...rig.command);
      const killAt = Date.now() + 150 + random() * 900;
      await until(() => Date.now() >= killAt);
      signalOne(cli.pid, 'SIGKILL');
      await cli.result;
    }
    expect(await rig.run(...rig.command)).toMatchObject({ code: 0 });
    await expectOneTask(rig);
  });
});
