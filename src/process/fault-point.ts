/**
 * Named places at which a test lets a process die, so that a crash at that very moment can be tried. The tests name a folder
 * in BATCH_MANAGER_FAULTS; a file in it, named after the point, arms it. Without the variable there is nothing but a call of
 * an empty function.
 */
import { closeSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** `apply:listed`, or with what it is about, `step:audit:b1/06-…`. */
export type FaultPoint =
  `${'apply' | 'call' | 'gate' | 'notify' | 'record' | 'settle' | 'start' | 'step' | 'undo' | 'write'}:${string}`;

const folder = process.env.BATCH_MANAGER_FAULTS;

/**
 * Ends this process as kill -9 does, where the point is armed: once, or at every arrival where its file says `always`. A name
 * in a path is not possible everywhere, so slashes and colons are written as `_`.
 */
export const faultPoint: (name: FaultPoint) => void =
  folder === undefined ? () => undefined : (name) => die(folder, name);

function die(faults: string, name: FaultPoint): void {
  const file = join(faults, name.replaceAll(/[/:]/g, '_'));
  try {
    // Of two processes at the same point only one finds the file.
    if (readFileSync(file, 'utf8').trim() !== 'always') renameSync(file, `${file}.done`);
  } catch {
    return;
  }
  const log = openSync(join(faults, 'deaths.log'), 'a');
  writeSync(log, `${Date.now()} ${process.pid} ${name}\n`);
  closeSync(log);
  process.kill(process.pid, 'SIGKILL');
}
