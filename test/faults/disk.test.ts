import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { moduleStates } from './module-states.ts';
import { onlyRecord, outcomesOf } from './outcomes.ts';
import { extra } from './requests.ts';
import { createRig } from './rig.ts';
import { noMount, smallDisk } from './small-disk.ts';
import { undisturbed } from './undisturbed.ts';
import { neededCalls } from './wounded.ts';

const MODULES = 12;

/** How long the disk is full, ms: longer than the attempts after which an unknown error ends a module. */
const FULL_MS = 25_000;

const skipped = noTemporal ?? noMount;

describe.skipIf(skipped !== undefined)(`a full disk${skipped === undefined ? '' : ` (skipped: ${skipped})`}`, () => {
  test('under the state: what was paid is kept in hand, and it goes on once there is space', async () => {
    const expected = await undisturbed(MODULES);
    const folder = tempWorkspace();
    const disk = smallDisk(join(folder, '.batch-manager'));
    const rig = await createRig({ modules: MODULES, folder, latency: () => 2000 });
    await rig.begin();
    await until(() => rig.server.inFlight === 8, 60_000);
    disk.fill();
    await until(() => rig.server.inFlight === 0, 60_000);
    await sleep(FULL_MS);
    const meanwhile = rig.server.requests.length;
    expect(moduleStates(folder)).toEqual(rig.before);
    disk.free();
    const record = await rig.watch();
    const requests = { needed: neededCalls(MODULES), made: rig.server.requests.length };
    console.log(`full state: ${JSON.stringify(requests)}, ${meanwhile} of them before there was space`);
    expect(outcomesOf(record)).toEqual(expected.outcomes);
    expect(extra(rig.server)).toBe(0);
    await rig.end();
  });

  test('under the modules: none is changed while it is full, and all are afterwards', async () => {
    const expected = await undisturbed(MODULES);
    const folder = tempWorkspace();
    const disk = smallDisk(join(folder, 'tiny'));
    mkdirSync(join(folder, 'tiny/review'));
    const rig = await createRig({ modules: MODULES, folder, latency: () => 100 });
    disk.fill();
    await rig.begin();
    await until(() => rig.server.requests.length === neededCalls(MODULES), 120_000);
    await sleep(FULL_MS);
    expect(moduleStates(folder)).toEqual(rig.before);
    expect(onlyRecord(folder).counts).toEqual({});
    disk.free();
    const record = await rig.watch();
    expect(outcomesOf(record)).toEqual(expected.outcomes);
    expect(Object.fromEntries(moduleStates(folder))).toEqual(expected.files);
    expect(extra(rig.server)).toBe(0);
    await rig.end();
  });
});
