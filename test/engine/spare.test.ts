/** The warm spare worker: made beside a worker while tasks may be open, and in its place when that dies. */
import { appendFileSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { WorkerState } from '../../src/engine/state.ts';
import { createHome, type Home } from '../helpers/cli.ts';
import { engineState } from '../helpers/engine-state.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';

let home: Home;
let folder: string;

beforeEach(() => {
  home = createHome({ BATCH_MANAGER_MODEL: 'offline' });
  folder = tempWorkspace();
  tinyWorkspace(folder, 2);
});
afterEach(async () => expect(await home.close()).toEqual([]));

const stateFolder = (): string => join(home.folder, 'state/batch-manager');

function worker(): WorkerState {
  const { workers } = engineState(home);
  const [only, ...others] = workers;
  if (only === undefined || others.length > 0) throw new Error(`${workers.length} workers`);
  return only;
}

/** Waits for a spare that is warm, and gives its pid. */
async function warmSpare(): Promise<number> {
  const isWarm = (): boolean => {
    const { spare, workspaceId } = worker();
    return spare !== null && said(workspaceId, 'spare') === spare.pid;
  };
  await until(isWarm, 30_000);
  return worker().spare?.pid ?? 0;
}

/** The process that said that it is ready, as worker or as spare. */
function said(workspaceId: string, role: 'ready' | 'spare'): number {
  try {
    return (JSON.parse(readFileSync(join(stateFolder(), `workspaces/${workspaceId}.${role}`), 'utf8')) as WorkerState)
      .pid;
  } catch {
    return 0;
  }
}

test.skipIf(noTemporal !== undefined)('takes over when the worker is killed, and gets a spare of its own', async () => {
  await home.run(folder, ['up']);
  const [first, spare] = [worker().pid, await warmSpare()];
  expect((await home.run(folder, ['doctor'])).stdout).toContain(`spare ${spare}`);
  // A lock file that somebody deletes is no end of the worker: two of them would be two widths.
  rmSync(join(folder, '.batch-manager/worker.lock'));
  await sleep(1500);
  expect([worker().pid, said(worker().workspaceId, 'ready')]).toEqual([first, first]);
  process.kill(first, 'SIGKILL');
  await until(() => worker().pid === spare && said(worker().workspaceId, 'ready') === spare);
  expect(worker()).toMatchObject({ restarts: 1, lastEnd: 'killed by SIGKILL' });
  expect((await home.run(folder, ['fix-review', 'tiny', '1', '2'])).code).toBe(0);
  expect(await warmSpare()).not.toBe(spare);
});

test.skipIf(noTemporal !== undefined)('with engine.spare false there is none', async () => {
  appendFileSync(join(folder, 'batch-manager.yaml'), 'engine: { spare: false }\n');
  await home.run(folder, ['up']);
  expect((await home.run(folder, ['fix-review', 'tiny', '1', '2'])).code).toBe(0);
  await sleep(6000);
  expect(worker().spare).toBeNull();
});
