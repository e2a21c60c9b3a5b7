import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { createHome, finished } from '../helpers/cli.ts';
import { engineFile } from '../helpers/engine-state.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { noTemporal, startTestServer, type TestServer } from '../helpers/temporal.ts';

let server: TestServer;
const home = createHome({ BATCH_MANAGER_MODEL: 'offline' });

describe.skipIf(noTemporal !== undefined)('a Temporal server that is configured', () => {
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });

  test('serves tasks with a worker started by hand; no engine is started, and a second worker is refused', async () => {
    const folder = tempWorkspace();
    tinyWorkspace(folder, 3);
    const env = { TEMPORAL_ADDRESS: server.address };
    const worker = home.start(folder, ['worker'], env);
    const ended = finished(worker);
    const run = await home.run(folder, ['fix-review', 'tiny', '1', '3', '--json'], env);
    expect((JSON.parse(run.stdout) as TaskRecord).counts).toEqual({ PASS_ON_REVIEW: 3 });
    const second = await home.run(folder, ['worker'], env);
    expect(second).toMatchObject({ code: 4, stderr: expect.stringContaining(`process ${worker.pid}`) });
    expect(existsSync(engineFile(home))).toBe(false);
    worker.kill('SIGTERM');
    expect(await ended).toMatchObject({ code: 0, stderr: expect.stringContaining('is ready') });
  });

  test('that lacks the search attributes is named as what is wrong, with what to do', async () => {
    const bare = await startTestServer({ searchAttributes: false });
    const folder = tempWorkspace();
    tinyWorkspace(folder, 1);
    const worker = await home.run(folder, ['worker'], { TEMPORAL_ADDRESS: bare.address });
    await bare.close();
    expect(worker).toMatchObject({ code: 4, stderr: expect.stringContaining('tools/compose/namespace.sh') });
    expect(worker.stderr).not.toMatch(/^\s+at .*\d+:\d+/m);
  });
});
