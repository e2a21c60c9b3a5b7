import type { LogLine } from '../domain/log-line.ts';
import { COMMIT_EVENT } from '../domain/log-texts.ts';
import type { Committed } from '../../workflows/step-contract.ts';

/** The lines of a commit, as its activity gave them; histories of 0.1.0 have none. */
export function committedLines(at: string, result: unknown): LogLine[] {
  const { logged = [], more = 0 } = (result ?? {}) as Partial<Committed>;
  const rest = more === 0 ? [] : [{ event: COMMIT_EVENT, text: `${more} more lines are not in history` }];
  return [...logged, ...rest].map((line) => ({ at, subject: 'task', ...line }));
}
