import { expect, test } from 'vitest';
import { noticeEvent } from '../../src/domain/notice.ts';
import type { TaskStatus } from '../../src/domain/task-status.ts';

test.each<[TaskStatus, string | null, ReturnType<typeof noticeEvent>]>([
  ['running', null, null],
  ['completed', null, 'done'],
  ['failed', 'no key', 'failed'],
  ['stopped', null, null],
  ['terminated', 'from outside', null],
  ['waiting', 'waiting for budget: $5 is spent', 'parked'],
  ['waiting', 'waiting for quota until 2026-11-25T00:00:00.000Z (google/gemini-2.5-flash)', 'parked'],
  ['waiting', 'waiting for modules that another task holds', null],
  ['waiting', "waiting for a person's answer to 2 modules", null],
  ['paused', 'paused by anna@laptop (rate limits). Go on: batch-manager resume x', null],
  ['paused', 'paused. Go on: batch-manager resume x', null],
  ['paused', 'paused: the first 2 modules have ended, look at them. Go on: batch-manager resume x', 'parked'],
])('of a task that is %s (%s) people are told: %s', (status, reason, event) => {
  expect(noticeEvent(status, reason)).toBe(event);
});
