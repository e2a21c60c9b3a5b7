import { OPERATION_NAMES, type Operation } from './operation.ts';

/** What a task id says: `{op}-{track}-{start}-{end}-{YYYYMMDDHHMMSS}`, the time in UTC. */
export interface TaskIdParts {
  readonly operation: Operation;
  readonly track: string;
  readonly start: number;
  readonly end: number;
  /** To the second. */
  readonly at: Date;
}

const FORM = new RegExp(
  `^(${OPERATION_NAMES.join('|')})-(.+)-(\\d+)-(\\d+)-(\\d{4})(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)(\\d\\d)$`,
);

/** Builds the task id, which is also the batch workflow's id. */
export function buildTaskId(parts: TaskIdParts): string {
  const stamp = parts.at.toISOString().replace(/[-:T]/g, '').slice(0, 14);
  return [parts.operation, parts.track, parts.start, parts.end, stamp].join('-');
}

/** The inverse of `buildTaskId`; undefined where the text is no task id. */
export function parseTaskId(id: string): TaskIdParts | undefined {
  const match = FORM.exec(id);
  if (match === null) return undefined;
  const [, operation, track, start, end, year, month, day, hour, minute, second] = match;
  return {
    operation: operation as Operation,
    track: track as string,
    start: Number(start),
    end: Number(end),
    at: new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`),
  };
}

const startOf = (id: string): number => parseTaskId(id)?.at.getTime() ?? 0;

/** Sorts task ids by their time; what is no task id comes last. */
export const newestFirst = (a: string, b: string): number => startOf(b) - startOf(a);
