import { blankModule, type TaskRecord } from '../../src/store/record-schema.ts';

/** The record of a task over two modules of track `tiny` that runs, with what a test changes of it. */
export function taskRecord(change: Partial<TaskRecord> = {}): TaskRecord {
  return {
    schema: 1,
    task_id: 'fix-review-tiny-1-2-20261124080000',
    operation: 'fix-review',
    track: 'tiny',
    start: 1,
    end: 2,
    modules_selected: '1-2',
    model: 'offline/rules-1',
    review_model: 'offline/rules-1',
    concurrency: 8,
    created_at: '2026-11-24T08:00:00.000Z',
    updated_at: '2026-11-24T08:01:00.000Z',
    ended_at: null,
    stopped_at: null,
    status: 'running',
    reason: null,
    wait: null,
    output_file: '/w/tasks/x.output',
    total: 2,
    counts: {},
    budget_usd: 0,
    module_budget_usd: 0,
    max_rounds: 3,
    pass_score: 9,
    settings: null,
    retry_of: null,
    of_task: null,
    cost: null,
    modules: { '001-module': blankModule(1), '002-module': blankModule(2) },
    ...change,
  };
}
