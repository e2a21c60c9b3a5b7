import { describe, expect, test } from 'vitest';
import { tempWorkspace, writeTree } from '../helpers/curriculum.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { recordsOf } from './outcomes.ts';
import { moduleOf } from './requests.ts';
import { createRig } from './rig.ts';

/** Who works on a module is seen at the model: calls of one module that overlap in time are two workers on it. */
describe.skipIf(noTemporal !== undefined)('two batches over overlapping modules from two shells', () => {
  test('never work on the same module at once, and both end', async () => {
    const folder = tempWorkspace();
    // Research is made from the plan.
    for (let number = 1; number <= 16; number += 1) {
      const slug = `${String(number).padStart(3, '0')}-module`;
      writeTree(folder, { [`plans/tiny/${slug}.yaml`]: `module: ${slug}\ntitle: Урок ${slug}\n` });
    }
    const rig = await createRig({ modules: 16, folder, latency: () => 600 });
    const shells = [
      rig.start('fix-review', 'tiny', '1', '12'),
      rig.start('orchestrate', 'tiny', '5', '16'),
      rig.start('fix-review', 'tiny', '3', '9'),
    ];
    const results = await Promise.all(shells.map((shell) => shell.result));
    expect(results.map(({ code }) => code).filter((code) => code !== 0 && code !== 1)).toEqual([]);
    const records = recordsOf(rig.folder);
    expect(records.map(({ status }) => status)).toEqual(['completed', 'completed', 'completed']);
    const ends = records.map(({ task_id, counts }) => `${task_id}: ${JSON.stringify(counts)}`);
    console.log(`${rig.server.requests.length} requests\n${ends.join('\n')}`);
    expect(overlaps(rig.server.requests)).toEqual([]);
    await rig.end();
  });
});

interface Interval {
  readonly prompt: string;
  readonly startedAt: number;
  readonly endedAt: number | null;
}

/** Pairs of requests about one module that were out at the same time. */
function overlaps(requests: readonly Interval[]): string[] {
  return requests.flatMap((one) =>
    requests
      .filter((other) => other !== one && moduleOf(other.prompt) === moduleOf(one.prompt))
      .filter((other) => one.startedAt <= other.startedAt && other.startedAt < (one.endedAt ?? Infinity))
      .map((other) => `${moduleOf(one.prompt)}: ${one.startedAt}-${one.endedAt ?? ''} and ${other.startedAt}`),
  );
}
