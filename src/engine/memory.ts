/** What the engine holds in memory. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isAlive, type ProcessId } from '../process/identity.ts';
import type { EngineState } from './state.ts';

/** Resident memory by what the processes do, bytes; those that do not live count nothing. */
export interface EngineMemory {
  readonly supervisor: number;
  readonly server: number;
  readonly workers: readonly number[];
  readonly spares: readonly number[];
}

/** Looks at the processes of an engine. */
export function engineMemory({ supervisor, server, workers }: EngineState): EngineMemory {
  return {
    supervisor: residentBytes(supervisor),
    server: residentBytes(server),
    workers: workers.map(residentBytes).filter((bytes) => bytes > 0),
    spares: workers.map(({ spare }) => residentBytes(spare)).filter((bytes) => bytes > 0),
  };
}

/** `655 MB: server 215, 1 worker 258, 1 spare 178, supervisor 44`. */
export function memoryText({ supervisor, server, workers, spares }: EngineMemory): string {
  const all = sum([supervisor, server, ...workers, ...spares]);
  const parts = [
    `server ${megabytes(server)}`,
    `${workers.length} ${workers.length === 1 ? 'worker' : 'workers'} ${megabytes(sum(workers))}`,
    `${spares.length} ${spares.length === 1 ? 'spare' : 'spares'} ${megabytes(sum(spares))}`,
    `supervisor ${megabytes(supervisor)}`,
  ];
  return `${megabytes(all)} MB: ${parts.join(', ')}`;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((all, one) => all + one, 0);
const megabytes = (bytes: number): number => Math.round(bytes / 1e6);

function residentBytes(id: ProcessId | null): number {
  if (id === null || !isAlive(id)) return 0;
  try {
    const text =
      process.platform === 'linux'
        ? (/^VmRSS:\s*(\d+) kB/m.exec(readFileSync(`/proc/${id.pid}/status`, 'utf8'))?.[1] ?? '0')
        : execFileSync('ps', ['-o', 'rss=', '-p', String(id.pid)], { encoding: 'utf8' });
    return Number(text) * 1024;
  } catch {
    // It ended just now.
    return 0;
  }
}
