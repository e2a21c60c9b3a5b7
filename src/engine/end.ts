import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessId } from '../process/identity.ts';

/** Ends a process of ours: TERM, then KILL after a grace; returns once it is gone. Another process with its pid is left alone. */
export async function endProcess(id: ProcessId, graceMs: number): Promise<void> {
  for (const [signal, waitMs] of [
    ['SIGTERM', graceMs],
    ['SIGKILL', 5000],
  ] as const) {
    if (!isAlive(id)) return;
    kill(id.pid, signal);
    for (const deadline = Date.now() + waitMs; isAlive(id) && Date.now() < deadline;) await sleep(30);
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It ended in between.
  }
}
