import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'vitest';
import { MARK_NAME } from '../../src/process/mark.ts';

/** A test that looks processes up in /proc; elsewhere than on Linux it is skipped and says why. */
export const testOnLinux = test.extend<{ readonly procThere: true }>({
  procThere: [
    async ({ skip }, use) => {
      skip(process.platform !== 'linux', 'it looks processes up in /proc');
      await use(true);
    },
    { auto: true },
  ],
});

/** Pids of the processes whose command line holds a text. */
export function processesWith(text: string): readonly number[] {
  return processesWhose('cmdline', text);
}

/** Pids of the processes that carry the mark of a run in their environment. */
export function processesMarked(mark: string): readonly number[] {
  return processesWhose('environ', `${MARK_NAME}=${mark}\0`);
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

function processesWhose(file: 'cmdline' | 'environ', text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((name) => processFile(name, file).includes(text))
    .map(Number);
}

function processFile(pid: string, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}
