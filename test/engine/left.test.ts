import { expect, test, vi } from 'vitest';
import { engineLeft } from '../../src/engine/left.ts';
import { markWorkerReady, noteServer } from '../../src/engine/state.ts';
import { tempFolder } from '../helpers/temp.ts';

const SERVER = {
  pid: 1,
  startTime: 'long ago',
  path: '/bin/temporal',
  version: '1.31.2',
  address: '127.0.0.1:7233',
  uiAddress: '127.0.0.1:8233',
  database: '/state/temporal-1.31.2.db',
  ready: true,
};

test('a worker that a person started for a cluster is no part of the engine: down would end it', () => {
  vi.stubEnv('XDG_STATE_HOME', tempFolder());
  markWorkerReady('aa', 'cluster:7233');
  expect(engineLeft().workers).toEqual([]);
  noteServer(SERVER);
  expect(engineLeft().workers).toEqual([]);
  markWorkerReady('bb', SERVER.address);
  expect(engineLeft().workers.map(({ workspaceId }) => workspaceId)).toEqual(['bb']);
});
