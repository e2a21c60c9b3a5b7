import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endedUnseen, withPause } from '../../src/progress/reconcile.ts';
import type { TaskRecord } from '../../src/store/records.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';

const NOW = '2026-11-25T00:00:00.000Z';

/** A record that was left behind while one module had not ended. */
function leftBehind(): TaskRecord {
  const file = join(PACKAGE_ROOT, 'test/records/1/fix-review-a1-1-10-20261124123014.json');
  const record = JSON.parse(readFileSync(file, 'utf8')) as TaskRecord;
  const open = record.modules['10-my-week'];
  if (open !== undefined) open.outcome = null;
  return { ...record, status: 'running', ended_at: null };
}

test('a task that is gone from the server: what had not ended is stopped, what had keeps its outcome', () => {
  const record = endedUnseen(leftBehind(), null, NOW);
  expect(record).toMatchObject({ status: 'terminated', ended_at: NOW, stopped_at: null });
  expect(record.counts).toMatchObject({ STOPPED: 1, FIXED: 4 });
  expect(record.modules['10-my-week']?.detail).toBe('its task is not known to Temporal any more');
});

test('a task that completed, and of which nobody can tell how its last module did, claims nothing of it', () => {
  const record = endedUnseen(leftBehind(), 'COMPLETED', NOW);
  expect(record).toMatchObject({ status: 'completed', reason: 'as Temporal says (COMPLETED)' });
  expect(record.modules['10-my-week']?.outcome).toBeNull();
  expect(record.counts).not.toHaveProperty('STOPPED');
});

test('a task that was stopped has its time', () => {
  const record = endedUnseen(leftBehind(), 'CANCELLED', NOW);
  expect(record).toMatchObject({ status: 'stopped', stopped_at: NOW });
  expect(record.modules['10-my-week']).toMatchObject({ outcome: 'STOPPED', detail: 'its task was stopped' });
});

test('a pause and its end show before the record says so', () => {
  const running: TaskRecord = { ...leftBehind(), wait: null, reason: null };
  const paused: TaskRecord = { ...running, status: 'paused', wait: 'person', reason: 'paused by a@b' };
  expect(withPause(running, true)).toEqual({ ...running, status: 'paused' });
  expect(withPause(paused, false)).toEqual(running);
});

test('what the record says of a pause already, or of a wait, stays', () => {
  const paused: TaskRecord = { ...leftBehind(), status: 'paused', wait: 'person', reason: 'paused by a@b' };
  const waiting: TaskRecord = { ...leftBehind(), status: 'waiting', wait: 'quota', reason: 'waiting for quota' };
  expect(withPause(paused, true)).toBe(paused);
  expect(withPause(waiting, false)).toBe(waiting);
  expect(withPause(waiting, null)).toBe(waiting);
});
