import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { expect, test } from 'vitest';
import { historyEvents } from '../../src/client/history-events.ts';

const payloads = (value: unknown): object => ({
  payloads: [
    {
      metadata: { encoding: Buffer.from('json/plain').toString('base64') },
      data: Buffer.from(JSON.stringify(value)).toString('base64'),
    },
  ],
});

const AT = '2026-11-24T08:33:38.123456789Z';

/** Events of a history file, numbered from 1, without their times. */
function decoded(...events: readonly (readonly [type: string, attributes: string, value: object])[]): object[] {
  const all = events.map(([type, name, value], index) => ({
    eventId: String(index + 1),
    eventTime: AT,
    eventType: `EVENT_TYPE_${type}`,
    [`${name}EventAttributes`]: value,
  }));
  return historyEvents(historyFromJSON({ events: all })).map(({ at, ...event }) => {
    expect(at).toBe('2026-11-24T08:33:38.123Z');
    return event;
  });
}

const scheduled = (name: string, input: unknown) =>
  ['ACTIVITY_TASK_SCHEDULED', 'activityTaskScheduled', { activityType: { name }, input: payloads(input) }] as const;

test('a local activity and an ordinary one give the same kind of event; a failed local one gives none', () => {
  const marker = (failed: boolean): readonly [string, string, object] => [
    'MARKER_RECORDED',
    'markerRecorded',
    {
      markerName: 'core_local_activity',
      details: { data: payloads({ activity_type: 'loadPage' }), ...(failed ? {} : { result: payloads([7]) }) },
      ...(failed ? { failure: { message: 'timed out' } } : {}),
    },
  ];
  const completed = { scheduledEventId: '3', startedEventId: '4', result: payloads([8]) };
  expect(
    decoded(marker(false), marker(true), scheduled('loadPage', { from: 0 }), [
      'ACTIVITY_TASK_COMPLETED',
      'activityTaskCompleted',
      completed,
    ]),
  ).toEqual([
    { kind: 'done', name: 'loadPage', input: undefined, result: [7] },
    { kind: 'scheduled', name: 'loadPage', input: { from: 0 } },
    { kind: 'done', name: 'loadPage', input: { from: 0 }, result: [8] },
  ]);
});

test('a call that was canceled before a worker had it was not aborted', () => {
  const canceled = (startedEventId: string) =>
    ['ACTIVITY_TASK_CANCELED', 'activityTaskCanceled', { scheduledEventId: '1', startedEventId }] as const;
  const kinds = decoded(scheduled('review', { round: 1 }), canceled('0'), canceled('9'));
  expect(kinds.slice(1)).toMatchObject([
    { kind: 'not-done', name: 'review', aborted: false },
    { kind: 'not-done', name: 'review', aborted: true },
  ]);
});

test('the reason of a failed batch is what its step said, of a terminated one what the person said', () => {
  const failure = { message: 'Activity task failed', cause: { message: 'no key', applicationFailureInfo: {} } };
  expect(
    decoded(
      ['WORKFLOW_EXECUTION_FAILED', 'workflowExecutionFailed', { failure }],
      ['WORKFLOW_EXECUTION_TERMINATED', 'workflowExecutionTerminated', { reason: 'by hand' }],
      ['WORKFLOW_EXECUTION_TERMINATED', 'workflowExecutionTerminated', {}],
    ),
  ).toMatchObject([
    { how: 'failed', message: 'no key' },
    { how: 'terminated', message: 'by hand' },
    { how: 'terminated', message: null },
  ]);
});

test('an update that was refused has no answer', () => {
  const outcome = { failure: { message: 'no such module' } };
  const [done] = decoded([
    'WORKFLOW_EXECUTION_UPDATE_COMPLETED',
    'workflowExecutionUpdateCompleted',
    { acceptedEventId: '5', outcome },
  ]);
  expect(done).toEqual({ kind: 'update-done', accepted: 5, answer: undefined });
});
