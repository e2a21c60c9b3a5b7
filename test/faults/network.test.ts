import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { noTemporal, startTestServer } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { appliedIn, moduleStates } from './module-states.ts';
import { outcomesOf } from './outcomes.ts';
import { signalOne } from './processes.ts';
import { startProxy } from './proxy.ts';
import { duplicates, extra } from './requests.ts';
import { createRig } from './rig.ts';
import { undisturbed } from './undisturbed.ts';

const MODULES = 16;

/** Longer than the heartbeat time-out: the server gives all that the worker has in hand to be done anew. */
const CUT_MS = 40_000;

describe.skipIf(noTemporal !== undefined)('the network between worker and server', () => {
  test('is cut for longer than the heartbeat time-out: nothing is asked or applied twice', async () => {
    const expected = await undisturbed(MODULES);
    const temporal = await startTestServer();
    onTestFinished(() => temporal.close());
    const proxy = await startProxy(temporal.address);
    const env = { TEMPORAL_ADDRESS: temporal.address };
    const rig = await createRig({ modules: MODULES, latency: () => 1000, env });
    const worker = rig.home.start(rig.folder, ['worker'], { TEMPORAL_ADDRESS: proxy.address });
    worker.stdout?.resume();
    worker.stderr?.resume();
    await rig.begin();
    await until(() => rig.server.requests.length >= 10, 60_000);
    const { inFlight } = rig.server;
    proxy.cut();
    await sleep(CUT_MS);
    const meanwhile = rig.server.requests.length;
    proxy.heal();
    const record = await rig.watch();
    const requests = { needed: expected.prompts.size, made: rig.server.requests.length, inFlight };
    console.log(`cut for ${CUT_MS / 1000} s: ${JSON.stringify(requests)}, ${meanwhile} of them before it was healed`);
    expect(outcomesOf(record)).toEqual(expected.outcomes);
    expect(Object.fromEntries(moduleStates(rig.folder))).toEqual(expected.files);
    expect({ extra: extra(rig.server), repeated: duplicates(rig.server) }).toEqual({ extra: 0, repeated: {} });
    const changed = Object.values(record.modules).filter((module) => module.changed);
    expect(appliedIn(rig.folder)).toHaveLength(changed.length);
    signalOne(worker.pid ?? 0, 'SIGTERM');
    await rig.end();
  });
});
