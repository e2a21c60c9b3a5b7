import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { TypedError } from '../domain/failure.ts';
import { findExecutable } from './executable.ts';
import { GUARD_FD, guarded } from './guard.ts';
import { killAtExit } from './live-groups.ts';
import { MARK_NAME } from './mark.ts';
import { OutputTail } from './output-tail.ts';
import { kill, sweep } from './strays.ts';

/** Time between TERM and KILL, ms. */
export const GRACE_MS = 2000;

/** How long output may still come once no process of the run is left, ms. */
const DRAIN_MS = 500;

/** Longest delay of a timer, ms: a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface GroupRun {
  /** Program and arguments; no shell reads them. */
  readonly command: readonly string[];
  readonly cwd: string;
  /** The whole environment of the command. */
  readonly env: NodeJS.ProcessEnv;
  /** Text for its standard input; without it the input is empty. */
  readonly stdin?: string;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Bytes of output kept, of standard output and of standard error each: the last ones. */
  readonly maxOutputBytes: number;
  /** Ends it as a time-out does, once its standard output is longer than what is kept. */
  readonly endBeyondMaxOutput?: boolean;
}

export interface GroupResult {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** Whether output was dropped. */
  readonly truncated: boolean;
  /** Whether it was ended for the length of its output. */
  readonly outputEnded: boolean;
}

/**
 * Runs a command in a process group of its own and leaves no process of it behind, however it ends: by itself, by the
 * time-out or an abort (TERM to the group, 2 s, KILL), or by the death of this process. POSIX only; children that left the
 * group are found on Linux. Rejects with the signal's reason once aborted, and with TypedError `BadRequest` where the
 * command cannot be started.
 */
export async function runInGroup(run: GroupRun): Promise<GroupResult> {
  run.signal.throwIfAborted();
  findExecutable(run.command[0] ?? '', run.cwd, run.env);
  const mark = randomUUID();
  const child = start(run, mark);
  const flooded = new AbortController();
  const stdout = collect(child.stdout, run.maxOutputBytes, () => run.endBeyondMaxOutput === true && flooded.abort());
  const stderr = collect(child.stderr, run.maxOutputBytes);
  const end = await untilExit(child, mark, { ...run, signal: AbortSignal.any([run.signal, flooded.signal]) });
  run.signal.throwIfAborted();
  return {
    ...end,
    stdout: stdout.text(),
    stderr: stderr.text(),
    truncated: stdout.truncated || stderr.truncated,
    outputEnded: flooded.signal.aborted,
  };
}

function start(run: GroupRun, mark: string): ChildProcess {
  const [file, args] = guarded(run.command);
  const child = spawn(file, args, {
    cwd: run.cwd,
    env: { ...run.env, [MARK_NAME]: mark },
    detached: true,
    stdio: [run.stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  // A command that does not read its input is no failure; neither is a guard that is killed before its pipe is closed.
  child.stdin?.on('error', () => undefined);
  child.stdio[GUARD_FD]?.on('error', () => undefined);
  child.stdin?.end(run.stdin);
  return child;
}

/** Waits for `exit`, not for `close`: what the command leaves behind may hold its pipes open for ever. */
async function untilExit(
  child: ChildProcess,
  mark: string,
  run: GroupRun,
): Promise<Pick<GroupResult, 'exitCode' | 'signal' | 'timedOut'>> {
  const pid = await startedPid(child);
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const forget = killAtExit(pid, mark);
  const terminate = terminator(pid);
  let timedOut = false;
  const timeOut = (): void => {
    timedOut = true;
    terminate.begin();
  };
  const timer = setTimeout(timeOut, Math.min(run.timeoutMs, MAX_TIMER_MS));
  run.signal.addEventListener('abort', terminate.begin, { once: true });
  // An abort between the start and now has no listener yet.
  if (run.signal.aborted) terminate.begin();
  const [exitCode, signal] = await exit;
  clearTimeout(timer);
  terminate.end();
  run.signal.removeEventListener('abort', terminate.begin);
  // The guard is in the group still, so the number is not another group's by now.
  kill(-pid, 'SIGKILL');
  await sweep(mark);
  forget();
  await drain(child);
  return { exitCode, signal, timedOut };
}

/** The pid; there is none where the process could not be made, for instance in a folder that does not exist. */
async function startedPid(child: ChildProcess): Promise<number> {
  if (child.pid !== undefined) return child.pid;
  const [error] = (await once(child, 'error')) as [Error];
  throw new TypedError('BadRequest', `cannot start a process: ${error.message}`, { cause: error });
}

/** TERM to the group, KILL after the grace time; begun once, whoever asks for it. */
function terminator(pid: number): { readonly begin: () => void; readonly end: () => void } {
  let timer: NodeJS.Timeout | undefined;
  return {
    begin: () => {
      if (timer !== undefined) return;
      kill(-pid, 'SIGTERM');
      timer = setTimeout(() => kill(-pid, 'SIGKILL'), GRACE_MS);
    },
    end: () => clearTimeout(timer),
  };
}

function collect(stream: Readable | null, limit: number, onDropped: () => void = () => undefined): OutputTail {
  const tail = new OutputTail(limit);
  stream?.on('data', (chunk: Buffer) => {
    tail.push(chunk);
    if (tail.truncated) onDropped();
  });
  return tail;
}

/** Lets the last output in, then closes what is open: a process that cannot be found may hold the other end. */
async function drain(child: ChildProcess): Promise<void> {
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null);
  const timer = setTimeout(() => streams.forEach((stream) => stream.destroy()), DRAIN_MS);
  await Promise.allSettled(streams.map((stream) => finished(stream)));
  clearTimeout(timer);
  child.stdio[GUARD_FD]?.destroy();
}
