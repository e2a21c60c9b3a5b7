/** The projections of a batch: its record on disk, and its memo and search attributes for list, show and the Web UI. */
import { CancellationScope, condition, isCancellation, sleep, upsertMemo } from '@temporalio/workflow';
import { LIVE_SETTINGS } from '../src/domain/settings.ts';
import { outcomePassed, type Outcome } from '../src/domain/outcome.ts';
import { countStatuses } from '../src/domain/status-string.ts';
import type { TaskStatus } from '../src/domain/task-status.ts';
import { upsertCounts } from './attributes.ts';
import type { BatchState, Standing } from './batch-state.ts';
import type { RecordTaskInput } from './step-contract.ts';
import { recordFinally } from './steps.ts';

/** Least time between two records, ms: a fast batch writes one a second, a slow one with each module. */
const RECORD_EVERY_MS = 1000;

/** Least time between two updates of memo and search attributes, ms: each is two events. */
const MEMO_EVERY_MS = 10_000;

/** Writes the ends of modules to the record as they come; runs beside the window until it is cancelled. */
export async function keepRecord(state: BatchState): Promise<void> {
  let lastMemo = 0;
  try {
    for (;;) {
      await condition(() => news(state));
      await record(state);
      if (Date.now() - lastMemo >= MEMO_EVERY_MS) {
        lastMemo = Date.now();
        publishCounts(state);
      }
      // Without a timer where modules end slowly: it would add three events to each.
      const due = Date.now() + RECORD_EVERY_MS;
      await condition(() => news(state));
      if (Date.now() < due) await sleep(due - Date.now(), { summary: 'collects the ends of modules for the record' });
    }
  } catch (error) {
    if (!isCancellation(error)) throw error;
  }
}

/** Whether there is something that the record does not say. */
function news(state: BatchState): boolean {
  const { unrecorded, reopened, questions, standing, recordedReason, live, recordedLive } = state;
  if (questions.length > 0) return true;
  return unrecorded.length > 0 || reopened.length > 0 || standing.reason !== recordedReason || live !== recordedLive;
}

/** What the record has to take up now. */
function recordInput(state: BatchState, { status, wait, reason }: Standing): RecordTaskInput {
  const { taskId, settings } = state.input;
  const isSet = [...LIVE_SETTINGS, 'reviewFollows' as const].some((name) => state.live[name] !== settings[name]);
  return {
    taskId,
    status,
    reason,
    wait,
    ended: state.unrecorded,
    reopened: state.reopened,
    ...(state.questions.length > 0 && { questions: state.questions }),
    ...(isSet && { live: state.live }),
  };
}

/** Writes what is not recorded yet; what ends meanwhile stays for the next time. */
async function record(state: BatchState): Promise<void> {
  const { live, standing } = state;
  const input = recordInput(state, standing);
  await state.steps.run('recordTask', input);
  state.recordedReason = standing.reason;
  state.recordedLive = live;
  state.unrecorded = state.unrecorded.filter((delta) => !input.ended.includes(delta));
  state.reopened = state.reopened.slice(input.reopened.length);
  state.questions = state.questions.filter((delta) => input.questions?.includes(delta) !== true);
}

/** The last record of the task. */
export async function recordEnd(state: BatchState, status: TaskStatus, reason: string | null): Promise<void> {
  await CancellationScope.nonCancellable(() => recordFinally(recordInput(state, { status, wait: null, reason })));
}

/** Counts for people who look at the batch without a worker. */
export function publishCounts(state: BatchState): void {
  const counts = countStatuses(state.statuses);
  const sum = (wanted: (outcome: Outcome) => boolean): number =>
    Object.entries(counts).reduce((total, [outcome, count]) => total + (wanted(outcome as Outcome) ? count : 0), 0);
  const done = sum(() => true);
  const notPassed = sum((outcome) => !outcomePassed(outcome));
  upsertMemo({ done, total: state.total, notPassed, counts });
  upsertCounts(done, notPassed);
}
