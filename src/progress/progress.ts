import { parseLogLine, type LogLine } from '../domain/log-line.ts';

/** What a module is doing, as its last log line says. */
export interface ModuleProgress {
  readonly key: string;
  /** `review r1`, `fix r2`. */
  readonly event: string;
  readonly text: string;
  /** ISO time of the line. */
  readonly since: string;
  /** Last score that a judge read; null before the first. */
  readonly score: string | null;
}

/** The state of a task as its log tells it. */
export interface Progress {
  readonly running: ReadonlyMap<string, ModuleProgress>;
  /** Modules by the outcome in their `ended` line; one that ran again counts with its last end. */
  readonly ended: ReadonlyMap<string, string>;
  /** Why nothing runs, as the task's last line says: it waits or is paused; null while it goes on. */
  readonly standing: string | null;
  /** ISO time of the first line. */
  readonly startedAt: string | null;
}

/** Events of a task's own lines that say that nothing runs, and that it goes on. */
const STANDS: ReadonlySet<string> = new Set(['waiting', 'pause']);
const GOES_ON: ReadonlySet<string> = new Set(['running', 'resume', 'completed', 'stopped', 'failed', 'terminated']);

export const NO_PROGRESS: Progress = { running: new Map(), ended: new Map(), standing: null, startedAt: null };

/** Takes up lines of the log, in their order. */
export function advance(progress: Progress, lines: readonly string[]): Progress {
  const running = new Map(progress.running);
  const ended = new Map(progress.ended);
  let { standing, startedAt } = progress;
  for (const line of lines.map(parseLogLine)) {
    if (line === undefined) continue;
    startedAt ??= line.at;
    if (line.subject === 'task') {
      if (STANDS.has(line.event)) standing = line.text;
      else if (GOES_ON.has(line.event)) standing = null;
      continue;
    }
    if (line.event === 'ended') {
      ended.set(line.subject, line.text.split(' ')[0] ?? '');
      running.delete(line.subject);
    } else {
      ended.delete(line.subject);
      running.set(line.subject, moduleProgress(line, running.get(line.subject)));
    }
  }
  return { running, ended, standing, startedAt };
}

function moduleProgress(line: LogLine, before: ModuleProgress | undefined): ModuleProgress {
  const judged = line.event.startsWith('judge') ? /^[\d.]+/.exec(line.text)?.[0] : undefined;
  const { subject: key, event, text, at: since } = line;
  return { key, event, text, since, score: judged ?? before?.score ?? null };
}
