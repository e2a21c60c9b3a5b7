import type { TaskStatus } from './task-status.ts';

/** What a person is told of: a task is over, waits for somebody or something, or failed. */
export const NOTICE_EVENTS = ['done', 'parked', 'failed'] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** Waits that need nobody: another task ends by itself, and of questions people are told one by one. */
const NOBODY_NEEDED = /another task holds|a person's answer/;

/** A pause that the task took by itself; one by a person reads `paused by …` or `paused.`. */
const BY_ITSELF = /^paused: /;

/** The event in a task's state; null where nobody is to be told of it. */
export function noticeEvent(status: TaskStatus, reason: string | null): NoticeEvent | null {
  if (status === 'completed') return 'done';
  if (status === 'failed') return 'failed';
  if (reason === null) return null;
  if (status === 'waiting') return NOBODY_NEEDED.test(reason) ? null : 'parked';
  return status === 'paused' && BY_ITSELF.test(reason) ? 'parked' : null;
}
