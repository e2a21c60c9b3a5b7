import type { NoticeEvent } from '../domain/notice.ts';
import { outcomePassed, type Outcome } from '../domain/outcome.ts';
import type { TaskWait } from '../domain/wait.ts';
import type { TaskRecord } from '../store/records.ts';

/** What a hook gets, as JSON; docs/notify.md describes it for users. */
export interface Notice {
  readonly event: NoticeEvent;
  readonly task_id: string;
  readonly operation: string;
  readonly track: string;
  /** `3,7,9-12`. */
  readonly modules_selected: string;
  readonly status: string;
  /** What it waits for, as a word (src/domain/wait.ts); null for one that is done or failed. */
  readonly wait: TaskWait | null;
  /** Why it waits or failed; null for one that is done. */
  readonly reason: string | null;
  readonly total: number;
  readonly passed: number;
  readonly not_passed: number;
  readonly counts: TaskRecord['counts'];
  /** Null where nothing was asked. */
  readonly cost_usd: number | null;
  /** Folder of the workspace. */
  readonly workspace: string;
  /** ISO time. */
  readonly at: string;
}

/** The notice of an event of a task. */
export function noticeOf(event: NoticeEvent, record: TaskRecord, workspace: string): Notice {
  const entries = Object.entries(record.counts) as [Outcome, number][];
  const sum = (passed: boolean): number =>
    entries.reduce((total, [outcome, count]) => total + (outcomePassed(outcome) === passed ? count : 0), 0);
  const { task_id, operation, track, modules_selected, status, wait, reason, total, counts, cost } = record;
  return {
    event,
    task_id,
    operation,
    track,
    modules_selected,
    status,
    wait,
    reason,
    total,
    passed: sum(true),
    not_passed: sum(false),
    counts,
    cost_usd: cost?.usd ?? null,
    workspace,
    at: new Date().toISOString(),
  };
}
