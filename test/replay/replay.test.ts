import { Worker } from '@temporalio/worker';
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { OPERATION_NAMES } from '../../src/domain/operation.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { bundlePath } from '../../src/worker/bundle.ts';

const FOLDER = join(PACKAGE_ROOT, 'test/histories');
const files = readdirSync(FOLDER).flatMap((release) =>
  readdirSync(join(FOLDER, release)).map((name) => join(release, name)),
);
const historyOf = (file: string): { events: Record<string, unknown>[] } =>
  JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as { events: Record<string, unknown>[] };

interface Recorded {
  readonly activityTaskScheduledEventAttributes?: { readonly activityType: { readonly name: string } };
  readonly markerRecordedEventAttributes?: {
    readonly details?: { readonly data?: { readonly payloads: readonly { readonly data: string }[] } };
  };
}

function activitiesOf({ events }: { readonly events: readonly Recorded[] }): string[] {
  return events.flatMap((event) => {
    const data = event.markerRecordedEventAttributes?.details?.data?.payloads[0]?.data;
    if (data !== undefined)
      return [(JSON.parse(Buffer.from(data, 'base64').toString('utf8')) as { activity_type: string }).activity_type];
    return event.activityTaskScheduledEventAttributes?.activityType.name ?? [];
  });
}

const replay = (history: unknown): Promise<void> =>
  Worker.runReplayHistory({ workflowBundle: { codePath: bundlePath() } }, history);

test('there are histories of batches that completed and were cancelled, of each operation, and of modules', () => {
  expect(files.filter((file) => file.includes('batch-cancelled')).length).toBeGreaterThan(0);
  expect(files.filter((file) => file.includes('batch-completed')).length).toBeGreaterThan(0);
  const operationOf = (file: string): string | undefined =>
    OPERATION_NAMES.find((name) => file.startsWith(join('0.1.0', `${name}-`)));
  expect(new Set(files.map(operationOf))).toEqual(new Set(OPERATION_NAMES));
  const activities = new Set(files.flatMap((file) => activitiesOf(historyOf(file))));
  // Local ones have their name in the data of a marker.
  for (const name of ['undo', 'applyProposal', 'propose', 'commit']) expect(activities).toContain(name);
});

test.each(files)('%s replays with the workflows of today', async (file) => {
  await expect(replay(historyOf(file))).resolves.toBeUndefined();
});

test('a history of other code does not replay: the test can fail', async () => {
  const file = files.find((name) => name.includes('09-weather-completed')) ?? '';
  const text = JSON.stringify(historyOf(file)).replace('"name":"review"', '"name":"audition"');
  await expect(replay(JSON.parse(text))).rejects.toThrow(/TMPRL1100|[Nn]ondeterminism/);
});

test('one copy of protobufjs 8 serves all Temporal packages, or replays of JSON histories fail', () => {
  const require = createRequire(import.meta.url);
  const packages = ['client', 'worker', 'workflow', 'activity', 'common', 'proto'];
  const copies = packages.flatMap((name) => {
    const nested = join(PACKAGE_ROOT, 'node_modules/@temporalio', name, 'node_modules/protobufjs');
    return existsSync(nested) ? [realpathSync(nested)] : [];
  });
  expect(copies).toEqual([]);
  expect((require('protobufjs/package.json') as { version: string }).version).toMatch(/^8\./);
});
