import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { createHome, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import type { GeminiServer } from '../helpers/gemini-server.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { temporalWorkflow } from '../helpers/temporal-cli.ts';
import { googleAt, startThinkingServer } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';

let server: GeminiServer;
let home: Home;

const MODULES = 20;

const recordFile = (folder: string, id: string): string => join(folder, 'tasks', `${id}.json`);
const recordOf = (folder: string, id: string): TaskRecord =>
  JSON.parse(readFileSync(recordFile(folder, id), 'utf8')) as TaskRecord;

/** A task of which four modules have ended, four are in a call, and the others wait or were never started. */
async function runningTask(): Promise<{ folder: string; id: string }> {
  server = await startThinkingServer((_, n) => (n <= 4 ? 100 : 60_000));
  home = createHome(googleAt(server));
  const folder = tempWorkspace();
  tinyWorkspace(folder, MODULES);
  const args = ['fix-review', 'tiny', '1', String(MODULES), '-b', '--concurrency', '4'];
  const id = (await home.run(folder, args)).stdout.trim();
  await until(() => server.inFlight === 4 && server.requests.length === 8);
  await until(() => recordOf(folder, id).counts.PASS_ON_REVIEW === 4);
  return { folder, id };
}

describe.skipIf(noTemporal !== undefined)('a task that was ended from outside', () => {
  afterEach(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test('list and show mend its record: every module has an outcome', async () => {
    const { folder, id } = await runningTask();
    expect(recordOf(folder, id).status).toBe('running');
    expect(temporalWorkflow(home, 'terminate', '-w', id, '--reason', 'by hand').status).toBe(0);
    const listed = await home.run(folder, ['list', '--json']);
    const [first] = JSON.parse(listed.stdout) as TaskRecord[];
    expect(first).toMatchObject({
      task_id: id,
      status: 'terminated',
      reason: 'terminated from outside: by hand',
      counts: { PASS_ON_REVIEW: 4, STOPPED: MODULES - 4 },
      ended_at: expect.any(String) as unknown,
      stopped_at: null,
    });
    expect(recordOf(folder, id)).toEqual(first);
    const details = Object.values(first?.modules ?? {}).map(({ outcome, detail }) => `${outcome} ${detail}`);
    expect(details.filter((detail) => detail.startsWith('STOPPED stopped in review r0')).length).toBeGreaterThanOrEqual(
      4,
    );
    expect(details.filter((detail) => detail === 'STOPPED not started').length).toBeGreaterThanOrEqual(1);
    expect((await home.run(folder, ['list'])).stdout).toMatch(new RegExp(`${id} +terminated +20/20 +16`));
    const shown = await home.run(folder, ['show', id, '--exit-status']);
    expect(shown).toMatchObject({ code: 1, stdout: expect.stringContaining('terminated from outside: by hand') });
    expect(JSON.parse((await home.run(folder, ['show', id, '--json'])).stdout)).toEqual(first);
    // Its calls were aborted, too: no worker goes on with a task that is shown as ended.
    await until(() => server.inFlight === 0);
  });

  test('an end that was not in the record yet is not lost, and rebuild tells the same', async () => {
    const { folder, id } = await runningTask();
    const before = recordOf(folder, id);
    expect(temporalWorkflow(home, 'terminate', '-w', id).status).toBe(0);
    await until(() => server.inFlight === 0);
    // As if the last record had been written before the four modules ended.
    const modules = Object.entries(before.modules).map(([slug, module]) => [slug, { ...module, outcome: null }]);
    const earlier = { ...before, counts: {}, modules: Object.fromEntries(modules) as TaskRecord['modules'] };
    writeFileSync(recordFile(folder, id), JSON.stringify(earlier));
    const record = JSON.parse((await home.run(folder, ['show', id, '--json'])).stdout) as TaskRecord;
    expect(record.counts).toEqual({ PASS_ON_REVIEW: 4, STOPPED: MODULES - 4 });
    rmSync(recordFile(folder, id));
    expect((await home.run(folder, ['rebuild', id])).code).toBe(0);
    expect(recordOf(folder, id).modules).toEqual(record.modules);
  });

  test('a task that the server does not know counts as terminated', async () => {
    const { folder, id } = await runningTask();
    const unknown = 'fix-review-tiny-1-20-20260101000000';
    const record = { ...recordOf(folder, id), task_id: unknown };
    writeFileSync(recordFile(folder, unknown), JSON.stringify(record));
    const shown = JSON.parse((await home.run(folder, ['show', unknown, '--json'])).stdout) as TaskRecord;
    expect(shown).toMatchObject({
      status: 'terminated',
      reason: 'as Temporal says (unknown task)',
      counts: { PASS_ON_REVIEW: 4, STOPPED: MODULES - 4 },
    });
    expect(shown.modules['020-module']).toMatchObject({
      outcome: 'STOPPED',
      detail: 'its task is not known to Temporal any more',
    });
    expect((await home.run(folder, ['list'])).stdout).toMatch(new RegExp(`${unknown} +terminated +20/20`));
    expect(recordOf(folder, id).status).toBe('running');
  });
});
