import { spawnSync } from 'node:child_process';
import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { TEMPORAL_BINARY } from '../test/helpers/temporal.ts';

/** What a figure must be read with. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  readonly os: string;
  readonly node: string;
  /** As the binary says it: `temporal version 1.8.2 (Server 1.31.2, …)`. */
  readonly temporal: string;
  /** Load of the last 1, 5 and 15 minutes, before the bench began. */
  readonly load: readonly number[];
}

export function machineFacts(): Machine {
  const { stdout } = spawnSync(TEMPORAL_BINARY, ['--version'], { encoding: 'utf8' });
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    os: `${type()} ${release()}`,
    node: process.version,
    temporal: stdout.trim(),
    load: loadavg().map((value) => Math.round(value * 100) / 100),
  };
}
