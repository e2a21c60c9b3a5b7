import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import type { Home } from './cli.ts';
import { serverState } from './engine-state.ts';
import { TEMPORAL_BINARY } from './temporal.ts';

/** Runs `temporal workflow VERB` against a home's engine. */
export function temporalWorkflow(home: Home, verb: string, ...args: readonly string[]): SpawnSyncReturns<Buffer> {
  return spawnSync(TEMPORAL_BINARY, ['workflow', verb, '--address', serverState(home).address, ...args]);
}
