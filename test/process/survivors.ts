import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Pids of the processes whose command line holds a text. */
export function processesWith(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => commandLine(name).includes(text))
    .map(Number);
}

/** Polls until the number of such processes is the wanted one; throws with what it found after the time. */
export async function untilProcesses(text: string, wanted: number, withinMs = 5000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (processesWith(text).length !== wanted) {
    if (Date.now() > deadline)
      throw new Error(`${processesWith(text).length} processes with ${text}, wanted ${wanted}`);
    await delay(20);
  }
}

/** A number of seconds to sleep that no other process sleeps: it marks a test's processes by their command line. */
export function uniqueSleep(): string {
  return `9${Math.floor(Math.random() * 1e9)}.5`;
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
