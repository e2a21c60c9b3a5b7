import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process told from a later one with the same pid. */
export interface ProcessId {
  readonly pid: number;
  /** When it started, in the words of the system: comparable, not readable. */
  readonly startTime: string;
}

/** The identity of a living process; null where there is none, or only a zombie. */
export function processId(pid: number): ProcessId | null {
  if (!Number.isInteger(pid) || pid <= 0) return null;
  const startTime = process.platform === 'linux' ? linuxStartTime(pid) : psStartTime(pid);
  return startTime === null ? null : { pid, startTime };
}

/** This process. */
export function self(): ProcessId {
  return processId(process.pid) ?? { pid: process.pid, startTime: 'unknown' };
}

/** Whether the very process still lives. */
export function isAlive(id: ProcessId): boolean {
  const now = processId(id.pid);
  return now !== null && now.startTime === id.startTime;
}

/** Whether a process may still live, at little cost: for loops that look often. True also for another one with its pid by now. */
export function mayLive(id: ProcessId): boolean {
  if (process.platform === 'linux') return isAlive(id);
  try {
    process.kill(id.pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Boot and clock ticks since it: field 22 of /proc/pid/stat, counted after the command's closing parenthesis. */
function linuxStartTime(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return null;
    return `${bootId()}-${fields[19] ?? ''}`;
  } catch {
    return null;
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8);
  } catch {
    return 'boot';
  }
}

function psStartTime(pid: number): string | null {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
      encoding: 'utf8',
      // One time zone for all: a change of the clock would make every process another one.
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' },
    }).trim();
    return line === '' || line.startsWith('Z') ? null : line.replace(/^\S+\s+/, '').replaceAll(/\s+/g, '-');
  } catch {
    return null;
  }
}
