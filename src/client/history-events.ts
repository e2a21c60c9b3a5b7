/** A workflow's history in the words of this program: the few events that tell what became of a task, decoded. */
import { defaultPayloadConverter } from '@temporalio/common';
import type { History, Payload } from '@temporalio/common/lib/proto-utils.js';

/** How a workflow or a child closed. */
export type Close = 'completed' | 'failed' | 'canceled' | 'terminated' | 'timed-out' | 'continued';

/** One event; `at` is its ISO time. Values are as they were written, by any version of this program: readers must doubt them. */
export type HistoryEvent = { readonly at: string } & (
  | { readonly kind: 'started'; readonly input: unknown; readonly previousRun: string | null }
  /** An ordinary activity was scheduled; local ones show only once they are done. */
  | ({ readonly kind: 'scheduled' } & Activity)
  | ({ readonly kind: 'done'; readonly result: unknown } & Activity)
  | ({ readonly kind: 'not-done'; readonly aborted: boolean } & Activity)
  | { readonly kind: 'child-initiated'; readonly id: number; readonly input: unknown }
  | { readonly kind: 'child-refused'; readonly initiated: number }
  | {
      readonly kind: 'child-started';
      readonly initiated: number;
      readonly workflowId: string;
      readonly runId: string;
    }
  | ({ readonly kind: 'child-closed'; readonly initiated: number } & Closing)
  | {
      readonly kind: 'update-accepted';
      readonly id: number;
      readonly updateId: string;
      readonly name: string;
      readonly arg: unknown;
    }
  | { readonly kind: 'update-done'; readonly accepted: number; readonly answer: unknown }
  | { readonly kind: 'signal'; readonly name: string; readonly arg: unknown }
  | ({ readonly kind: 'closed' } & Closing)
);

interface Activity {
  readonly name: string;
  /** Undefined for a local activity, whose input is not in history. */
  readonly input: unknown;
}

interface Closing {
  readonly how: Close;
  readonly result: unknown;
  /** What a failure or a termination said; null where there is none. */
  readonly message: string | null;
}

type Event = NonNullable<History['events']>[number];
type Body = HistoryEvent extends infer E ? (E extends HistoryEvent ? Omit<E, 'at'> : never) : never;
type Failure = NonNullable<NonNullable<Event['workflowExecutionFailedEventAttributes']>['failure']>;
type Scheduled = Map<number, Activity>;
type Num = { toString(): string } | number | null | undefined;

/** The events of a history that this program has a use for, in their order. */
export function historyEvents(history: History): HistoryEvent[] {
  const scheduled: Scheduled = new Map();
  return (history.events ?? []).flatMap((event) => {
    const body = activityBody(event, scheduled) ?? childBody(event) ?? messageBody(event) ?? ownBody(event);
    if (body === null) return [];
    return [{ at: isoTime(event.eventTime), ...body }];
  });
}

const num = (value: Num): number => Number(String(value ?? 0));

function isoTime(time: { seconds?: Num; nanos?: number | null } | null | undefined): string {
  return new Date(num(time?.seconds) * 1000 + Math.floor((time?.nanos ?? 0) / 1e6)).toISOString();
}

/** The first of an event's values; undefined where it has none, or one that is no JSON. */
function firstValue(payloads: { payloads?: Payload[] | null } | null | undefined): unknown {
  const [payload] = payloads?.payloads ?? [];
  if (payload === undefined) return undefined;
  try {
    return defaultPayloadConverter.fromPayload(payload);
  } catch {
    return undefined;
  }
}

/** Steps and calls. A failed local activity is left out: its step runs on as an ordinary one. */
function activityBody(event: Event, known: Scheduled): Body | null {
  const marker = event.markerRecordedEventAttributes;
  if (marker?.markerName === 'core_local_activity' && !marker.failure) {
    const about = firstValue(marker.details?.['data']) as { activity_type?: string } | undefined;
    const result = firstValue(marker.details?.['result']);
    return { kind: 'done', name: about?.activity_type ?? '', input: undefined, result };
  }
  const scheduled = event.activityTaskScheduledEventAttributes;
  if (scheduled) {
    const activity = { name: scheduled.activityType?.name ?? '', input: firstValue(scheduled.input) };
    known.set(num(event.eventId), activity);
    return { kind: 'scheduled', ...activity };
  }
  const done = event.activityTaskCompletedEventAttributes;
  if (done) return { kind: 'done', ...activityOf(known, done), result: firstValue(done.result) };
  return notDoneBody(event, known);
}

function notDoneBody(event: Event, known: Scheduled): Body | null {
  const failed = event.activityTaskFailedEventAttributes;
  const canceled = event.activityTaskCanceledEventAttributes;
  const closed = failed ?? canceled ?? event.activityTaskTimedOutEventAttributes;
  if (!closed) return null;
  // One that was canceled before a worker had it said nothing.
  const aborted = failed?.failure?.applicationFailureInfo?.type === 'Stopped' || num(canceled?.startedEventId) > 0;
  return { kind: 'not-done', ...activityOf(known, closed), aborted };
}

const activityOf = (known: Scheduled, closed: { scheduledEventId?: Num }): Activity =>
  known.get(num(closed.scheduledEventId)) ?? { name: '', input: undefined };

function childBody(event: Event): Body | null {
  const initiated = event.startChildWorkflowExecutionInitiatedEventAttributes;
  if (initiated) return { kind: 'child-initiated', id: num(event.eventId), input: firstValue(initiated.input) };
  const refused = event.startChildWorkflowExecutionFailedEventAttributes;
  if (refused) return { kind: 'child-refused', initiated: num(refused.initiatedEventId) };
  const started = event.childWorkflowExecutionStartedEventAttributes;
  if (started)
    return {
      kind: 'child-started',
      initiated: num(started.initiatedEventId),
      workflowId: started.workflowExecution?.workflowId ?? '',
      runId: started.workflowExecution?.runId ?? '',
    };
  return childClosedBody(event);
}

function childClosedBody(event: Event): Body | null {
  const completed = event.childWorkflowExecutionCompletedEventAttributes;
  const failed = event.childWorkflowExecutionFailedEventAttributes;
  const canceled = event.childWorkflowExecutionCanceledEventAttributes;
  const terminated = event.childWorkflowExecutionTerminatedEventAttributes;
  const timedOut = event.childWorkflowExecutionTimedOutEventAttributes;
  const closed = completed ?? failed ?? canceled ?? terminated ?? timedOut;
  if (!closed) return null;
  const how = completed
    ? 'completed'
    : failed
      ? 'failed'
      : canceled
        ? 'canceled'
        : terminated
          ? 'terminated'
          : 'timed-out';
  // The last two are the SDK's words, which the batch saw.
  const said: Partial<Record<Close, string>> = {
    failed: failed?.failure?.message ?? '',
    terminated: 'Child Workflow execution terminated',
    'timed-out': 'Child Workflow execution timed out',
  };
  return {
    kind: 'child-closed',
    initiated: num(closed.initiatedEventId),
    how,
    result: firstValue(completed?.result),
    message: said[how] ?? null,
  };
}

function messageBody(event: Event): Body | null {
  const accepted = event.workflowExecutionUpdateAcceptedEventAttributes;
  if (accepted)
    return {
      kind: 'update-accepted',
      id: num(event.eventId),
      updateId: accepted.acceptedRequest?.meta?.updateId ?? '',
      name: accepted.acceptedRequest?.input?.name ?? '',
      arg: firstValue(accepted.acceptedRequest?.input?.args),
    };
  const done = event.workflowExecutionUpdateCompletedEventAttributes;
  if (done)
    return { kind: 'update-done', accepted: num(done.acceptedEventId), answer: firstValue(done.outcome?.success) };
  const signal = event.workflowExecutionSignaledEventAttributes;
  return signal ? { kind: 'signal', name: signal.signalName ?? '', arg: firstValue(signal.input) } : null;
}

function ownBody(event: Event): Body | null {
  const started = event.workflowExecutionStartedEventAttributes;
  if (started)
    return {
      kind: 'started',
      input: firstValue(started.input),
      previousRun: started.continuedExecutionRunId || null,
    };
  const completed = event.workflowExecutionCompletedEventAttributes;
  if (completed) return closedBody('completed', null, firstValue(completed.result));
  const failed = event.workflowExecutionFailedEventAttributes;
  if (failed) return closedBody('failed', failureMessage(failed.failure));
  if (event.workflowExecutionCanceledEventAttributes) return closedBody('canceled', null);
  const terminated = event.workflowExecutionTerminatedEventAttributes;
  if (terminated) return closedBody('terminated', terminated.reason || null);
  if (event.workflowExecutionTimedOutEventAttributes) return closedBody('timed-out', null);
  return event.workflowExecutionContinuedAsNewEventAttributes ? closedBody('continued', null) : null;
}

const closedBody = (how: Close, message: string | null, result?: unknown): Body => ({
  kind: 'closed',
  how,
  message,
  result,
});

/** What a failed step said: that is inside of the activity's failure. */
function failureMessage(failure: Failure | null | undefined): string {
  const inner = failure?.applicationFailureInfo ? failure : (failure?.cause ?? failure);
  return inner?.message ?? '';
}
