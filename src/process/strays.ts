import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { MARK_NAME } from './mark.ts';

/** How long a killed process may take to be gone, and how often that is looked at, ms. */
const GONE_WITHIN = 1000;
const LOOK_EVERY = 20;

/** Kills every process of a run, wherever in the process tree it went; one pass. Returns how many it found. Linux only: elsewhere none. */
export function killMarked(mark: string): number {
  const pids = markedProcesses(mark);
  for (const pid of pids) kill(pid, 'SIGKILL');
  return pids.length;
}

/** Kills the processes of a run until none is left: one may fork while the others are found. */
export async function sweep(mark: string): Promise<void> {
  for (let waited = 0; killMarked(mark) > 0 && waited < GONE_WITHIN; waited += LOOK_EVERY) await delay(LOOK_EVERY);
}

/** Sends a signal to a process, or to a group by its negative number. One that is gone is no error. */
export function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone, or another user's by now: nothing of ours to end.
  }
}

/** Pids of the processes whose environment holds the mark. A process that ended and is not yet reaped has none. */
function markedProcesses(mark: string): readonly number[] {
  const wanted = `${MARK_NAME}=${mark}`;
  return list('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => environment(name)?.includes(wanted) === true)
    .map(Number);
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function environment(pid: string): Buffer | null {
  try {
    return readFileSync(`/proc/${pid}/environ`);
  } catch {
    return null;
  }
}
