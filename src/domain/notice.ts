import type { TaskStatus } from './task-status.ts';
import { TASK_WAITS, type TaskWait } from './wait.ts';

/** What a person is told of: a task is over, waits for somebody or something, or failed. */
export const NOTICE_EVENTS = ['done', 'parked', 'failed'] as const;
export type NoticeEvent = (typeof NOTICE_EVENTS)[number];

/** The event in a task's state; null where nobody is to be told of it. */
export function noticeEvent(status: TaskStatus, wait: TaskWait | null): NoticeEvent | null {
  if (status === 'completed') return 'done';
  if (status === 'failed') return 'failed';
  const isAtRest = status === 'waiting' || status === 'paused';
  return isAtRest && wait !== null && TASK_WAITS[wait].tells ? 'parked' : null;
}
