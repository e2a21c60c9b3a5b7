import { visibleLine } from './visible.ts';

/**
 * One line of `tasks/<id>.output`: four columns apart by at least two spaces, so that it reads well in `tail -f` and can be
 * read back for `logs --module` and the live view.
 *
 *     2026-11-24T08:33:38.123Z  b1/06-aspect-complete-system  review r1   6.4 FAIL, 5 issues (1.2 s)
 */
export interface LogLine {
  /** ISO time, UTC, ms. */
  readonly at: string;
  /** Module key, or `task` for what concerns the whole. */
  readonly subject: string;
  /** Step and round: `audit`, `review r0`, `fix r2`, `ended`. */
  readonly event: string;
  /** The rest, for people. */
  readonly text: string;
}

/**
 * Writes a line without its line end. It is one line, and safe for a terminal: people read the file by `tail -f`, and what a
 * model, a provider or a file says is in it.
 */
export function formatLogLine(line: LogLine): string {
  const [subject, event, text] = [line.subject, line.event, line.text].map(visibleLine) as [string, string, string];
  return `${line.at}  ${subject.padEnd(28)}  ${event.padEnd(10)}  ${text.trim()}`.trimEnd();
}

/** The inverse of `formatLogLine`; undefined for a line that something else wrote. */
export function parseLogLine(line: string): LogLine | undefined {
  const match = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) {2}(\S+) +(\S.*?)(?: {2,}(\S.*))?$/.exec(line);
  if (match === null) return undefined;
  const [, at, subject, event, text] = match;
  return { at: at as string, subject: subject as string, event: event as string, text: text ?? '' };
}
