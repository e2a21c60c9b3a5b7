import { hostname } from 'node:os';
import { isAlive, type ProcessId } from '../process/identity.ts';

/** Identity of a worker as Temporal shows it: host, pid and start time, so that a successor can prove that it is dead. */
export function workerIdentity(id: ProcessId): string {
  return `batch-manager@${hostname()}:${id.pid}:${id.startTime}`;
}

/** Whether an identity is that of a worker on this host which is dead. One on another host may live: it is left alone. */
export function isDeadWorker(identity: string): boolean {
  const match = /^batch-manager@([^:]+):(\d+):(.+)$/.exec(identity);
  if (match === null || match[1] !== hostname()) return false;
  return !isAlive({ pid: Number(match[2]), startTime: match[3] ?? '' });
}
