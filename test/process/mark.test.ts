import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { runInGroup, type GroupResult } from '../../src/process/group.ts';
import { tempFolder } from '../helpers/temp.ts';
import { until } from '../helpers/until.ts';
import { processesMarked, testOnLinux, uniqueSleep } from './survivors.ts';

/**
 * A shell and a grandchild that ignore TERM, a child with a session of its own, and one whose parent is gone. It tells its
 * run's mark, and exits with 3 when it is told to.
 */
function tree(): string {
  const time = uniqueSleep();
  return `trap '' TERM
    (trap '' TERM; sleep ${time}; :) &
    setsid sleep ${time} &
    (setsid sh -c 'sleep ${time} & exit' &)
    printf %s "$BATCH_MANAGER_RUN" >mark.new; mv mark.new mark
    until [ -e go ]; do sleep 0.02; done
    exit 3`;
}

/** Of the tree above: two shells, three sleepers, and the guard. */
const PROCESSES = 6;

interface Run {
  readonly mark: string;
  readonly folder: string;
  readonly ended: Promise<GroupResult | string>;
  readonly abort: () => void;
}

/** Starts the tree and waits until all of it runs. */
async function started(timeoutMs: number): Promise<Run> {
  const folder = tempFolder();
  const controller = new AbortController();
  const run = { command: ['sh', '-c', tree()], cwd: folder, env: process.env, signal: controller.signal };
  const ended = runInGroup({ ...run, timeoutMs, maxOutputBytes: 1000 }).catch(String);
  await until(() => existsSync(join(folder, 'mark')));
  const mark = readFileSync(join(folder, 'mark'), 'utf8');
  await until(() => processesMarked(mark).length >= PROCESSES);
  return { mark, folder, ended, abort: () => controller.abort('stopped') };
}

describe('no process carries the mark of a run', () => {
  testOnLinux('that ended by itself', async () => {
    const { mark, folder, ended } = await started(20_000);
    writeFileSync(join(folder, 'go'), '');
    expect(await ended).toMatchObject({ exitCode: 3, timedOut: false });
    expect(processesMarked(mark)).toEqual([]);
  });

  testOnLinux('that took too long', async () => {
    const { mark, ended } = await started(2500);
    expect(await ended).toMatchObject({ signal: 'SIGKILL', timedOut: true });
    expect(processesMarked(mark)).toEqual([]);
  });

  testOnLinux('that was aborted', async () => {
    const { mark, ended, abort } = await started(20_000);
    abort();
    expect(await ended).toBe('stopped');
    expect(processesMarked(mark)).toEqual([]);
  });

  testOnLinux('beside one that goes on, which keeps all of its own', async () => {
    const [first, second] = await Promise.all([started(20_000), started(20_000)]);
    first.abort();
    expect(await first.ended).toBe('stopped');
    expect(first.mark).not.toBe(second.mark);
    expect(processesMarked(first.mark)).toEqual([]);
    expect(processesMarked(second.mark).length).toBeGreaterThanOrEqual(PROCESSES);
    second.abort();
    await second.ended;
    expect(processesMarked(second.mark)).toEqual([]);
  });
});
