import { spawn, spawnSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MAIN } from '../helpers/cli.ts';
import { tempFolder } from '../helpers/temp.ts';
import type { Rig } from './rig.ts';

/** The library that `faketime` lays under a program; empty where it is not installed. */
const LIBRARY =
  spawnSync('faketime', ['-f', '+0', 'printenv', 'LD_PRELOAD'], { encoding: 'utf8' }).stdout?.trim() ?? '';

/** Why tests of a clock that is off are skipped; undefined where there is `faketime`. */
export const noFaketime = LIBRARY === '' ? 'faketime is not installed' : undefined;

/** A worker whose clock can be set while it runs. */
export interface FakedWorker {
  readonly pid: number;
  /** Sets its clock so many seconds off, from the next look at it on. */
  set(seconds: number): void;
}

/**
 * Starts a worker whose clock is so many seconds off. What timers run by goes on as it is: whoever sets a clock leaves
 * that alone, too.
 */
export function startFaked({ home, folder }: Rig, seconds: number): FakedWorker {
  const file = join(tempFolder(), 'clock');
  const set = (off: number): void => {
    writeFileSync(`${file}.new`, `${off < 0 ? '' : '+'}${off}\n`);
    renameSync(`${file}.new`, file);
  };
  set(seconds);
  const env = {
    ...home.env,
    LD_PRELOAD: LIBRARY,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    // Files keep the times that the disk gives them.
    NO_FAKE_STAT: '1',
  };
  const worker = spawn(process.execPath, [MAIN, 'worker'], { cwd: folder, env, stdio: 'ignore' });
  return { pid: worker.pid ?? 0, set };
}
