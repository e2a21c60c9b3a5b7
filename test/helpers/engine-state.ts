import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineState, ServerState } from '../../src/engine/state.ts';
import type { Home } from './cli.ts';

type Folder = Pick<Home, 'folder'>;

/** The file in which the engine of a home keeps its state. */
export const engineFile = ({ folder }: Folder): string => join(folder, 'state/batch-manager/engine.json');

/** The state of a home's engine, which must be up. */
export function engineState(home: Folder): EngineState {
  return JSON.parse(readFileSync(engineFile(home), 'utf8')) as EngineState;
}

/** The server of a home's engine. @throws where there is none. */
export function serverState(home: Folder): ServerState {
  const { server } = engineState(home);
  if (server === null) throw new Error('the engine has no server');
  return server;
}
