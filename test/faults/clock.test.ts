import { spawnSync } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { noTemporal, startTestServer } from '../helpers/temporal.ts';
import { outcomesOf } from './outcomes.ts';
import { signalOne } from './processes.ts';
import { createRig } from './rig.ts';
import { startFaked } from './faked-clock.ts';
import { undisturbed } from './undisturbed.ts';

const MODULES = 8;

const noFaketime = spawnSync('faketime', ['--version']).status === 0 ? undefined : 'faketime is not installed';
const skipped = noTemporal ?? noFaketime;

describe.skipIf(skipped !== undefined)(
  `a clock that jumps${skipped === undefined ? '' : ` (skipped: ${skipped})`}`,
  () => {
    test.each(['+1h', '-1h'])('a worker whose clock is off by %s ends its modules as any other', async (jump) => {
      const expected = await undisturbed(MODULES);
      const temporal = await startTestServer();
      onTestFinished(() => temporal.close());
      const settings = 'call-timeout: 60s\nmodule-timeout: 120s\n';
      const rig = await createRig({ modules: MODULES, settings, env: { TEMPORAL_ADDRESS: temporal.address } });
      const worker = startFaked(rig, jump);
      await rig.begin();
      expect(outcomesOf(await rig.watch())).toEqual(expected.outcomes);
      signalOne(worker, 'SIGTERM');
      await rig.end();
    });
  },
);
