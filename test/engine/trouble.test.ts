import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { engineTrouble } from '../../src/engine/trouble.ts';
import { markWorkerReady, writeEngine, type EngineState, type WorkerState } from '../../src/engine/state.ts';
import { self } from '../../src/process/identity.ts';
import { tempFolder } from '../helpers/temp.ts';

const ID = '0123456789ab';
const DEAD = { pid: 2 ** 22 + 1, startTime: 'long ago' };

beforeEach(() => vi.stubEnv('XDG_STATE_HOME', tempFolder()));

function write(state: Partial<EngineState>, worker: Partial<WorkerState> = {}): void {
  const known = { ...self(), workspaceId: ID, root: '/w', restarts: 0, lastEnd: null, spare: null, ...worker };
  writeEngine({ version: 1, supervisor: self(), server: null, workers: [known], problem: null, ...state });
}

test('nothing is said where the engine is not there, is down, or all is well', () => {
  expect(engineTrouble(ID)).toBeNull();
  write({ supervisor: DEAD, problem: 'x' });
  expect(engineTrouble(ID)).toBeNull();
  write({});
  markWorkerReady(ID, '127.0.0.1:7233');
  expect([engineTrouble(ID), engineTrouble('another')]).toEqual([null, null]);
});

test('a problem of the server, a dead worker and one that keeps dying are named with the log to read', () => {
  write({ problem: 'The server does not come up: port taken' });
  expect(engineTrouble(ID)).toMatch(/port taken\nIts log: .*server\.log$/);
  write({}, { ...DEAD, lastEnd: 'killed by SIGKILL', restarts: 1 });
  expect(engineTrouble(ID)).toMatch(/is not running, and is started again \(1 restarts, last: killed by SIGKILL\)/);
  write({}, { lastEnd: 'exit code 134', restarts: 5 });
  expect(engineTrouble(ID)).toMatch(
    /keeps dying \(5 restarts, last: exit code 134\)\.\nIts log: .*worker-0123456789ab/,
  );
});

test('a worker that was restarted often and has lived half a minute since is sound', () => {
  write({}, { restarts: 5 });
  const folder = join(process.env.XDG_STATE_HOME ?? '', 'batch-manager/workspaces');
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, `${ID}.ready`),
    JSON.stringify({ ...self(), address: '127.0.0.1:7233', at: Date.now() - 31_000 }),
  );
  expect(engineTrouble(ID)).toBeNull();
});
