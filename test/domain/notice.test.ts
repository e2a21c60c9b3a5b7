import { expect, test } from 'vitest';
import { noticeEvent } from '../../src/domain/notice.ts';
import type { TaskStatus } from '../../src/domain/task-status.ts';
import { TASK_WAIT_NAMES, type TaskWait } from '../../src/domain/wait.ts';

test.each<[TaskStatus, TaskWait | null, ReturnType<typeof noticeEvent>]>([
  ['running', null, null],
  ['completed', null, 'done'],
  ['failed', null, 'failed'],
  ['stopped', null, null],
  ['terminated', null, null],
  ['waiting', 'budget', 'parked'],
  ['waiting', 'quota', 'parked'],
  ['waiting', 'other-task', null],
  ['waiting', 'needs-you', null],
  // As a record of an older version has it.
  ['waiting', null, null],
  ['paused', 'person', null],
  ['paused', 'canary', 'parked'],
  ['paused', 'breaker', 'parked'],
  ['paused', 'halt', 'parked'],
])('of a task that is %s (%s) people are told: %s', (status, wait, event) => {
  expect(noticeEvent(status, wait)).toBe(event);
});

test.each(TASK_WAIT_NAMES)('a task that has ended waits no more for %s', (wait) => {
  expect(noticeEvent('stopped', wait)).toBeNull();
  expect(noticeEvent('completed', wait)).toBe('done');
});
