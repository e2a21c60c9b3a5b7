import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from './cli.ts';
import { TEMPORAL_BINARY } from './temporal.ts';

/** The address of a home's engine, which must be up. */
export function engineAddress(home: Home): string {
  const file = join(home.folder, 'state/batch-manager/engine.json');
  return (JSON.parse(readFileSync(file, 'utf8')) as { server: { address: string } }).server.address;
}

/** Runs `temporal workflow VERB` against a home's engine. */
export function temporalWorkflow(home: Home, verb: string, ...args: readonly string[]): SpawnSyncReturns<Buffer> {
  return spawnSync(TEMPORAL_BINARY, ['workflow', verb, '--address', engineAddress(home), ...args]);
}
