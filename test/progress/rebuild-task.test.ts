import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { historyEvents, type HistoryEvent } from '../../src/client/history-events.ts';
import { formatLogLine } from '../../src/domain/log-line.ts';
import { moduleStory, type ModuleStory } from '../../src/progress/rebuild-module.ts';
import type { PlacedModule } from '../../src/progress/rebuild-modules.ts';
import { moduleRuns, rebuildLines, rebuildRecord, taskClose } from '../../src/progress/rebuild-task.ts';
import type { LogLine } from '../../src/domain/log-line.ts';
import type { TaskRecord } from '../../src/store/records.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';

const FOLDER = join(PACKAGE_ROOT, 'test/progress/histories');

interface HistoryFile {
  events: { workflowExecutionStartedEventAttributes: { originalExecutionRunId: string; workflowId: string } }[];
}

const fileOf = (name: string): HistoryFile => JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as HistoryFile;

/** A task from the committed histories whose names start so; of most modules only the batch's history is there. */
function told(task: string, likely: readonly PlacedModule[] = []): { record: TaskRecord; lines: LogLine[] } {
  const names = readdirSync(FOLDER).filter((name) => name.startsWith(`${task}.`));
  const stories = new Map<string, ModuleStory>();
  let runs: HistoryEvent[][] = [];
  let taskId = '';
  for (const name of names) {
    const file = fileOf(name);
    const events = historyEvents(historyFromJSON(file));
    const started = file.events[0]?.workflowExecutionStartedEventAttributes;
    if (name.includes('.batch-')) [runs, taskId] = [[events], started?.workflowId ?? ''];
    else stories.set(started?.originalExecutionRunId ?? '', moduleStory(events));
  }
  const sources = { taskId, runs, stories, likely, outputFile: 'tasks/x.output' };
  const record = rebuildRecord(sources);
  return { record, lines: rebuildLines(sources, record) };
}

const ofModule = (lines: readonly LogLine[], slug: string): string[] =>
  lines.filter(({ subject }) => subject.endsWith(slug)).map(({ event, text }) => `${event}: ${text}`);

test('a task that completed, with a module that was stopped and retried, and one that was retried after its end', () => {
  const { record, lines } = told('fix-review-a1-1-10');
  expect(record).toMatchObject({
    schema: 1,
    task_id: 'fix-review-a1-1-10-20261124095834',
    operation: 'fix-review',
    track: 'a1',
    start: 1,
    end: 10,
    modules_selected: '1-10',
    model: 'offline/rules-1',
    status: 'completed',
    reason: null,
    stopped_at: null,
    total: 10,
    counts: { PASS_ON_REVIEW: 3, FIXED: 4, STUCK: 1, FAIL_AFTER_RETRIES: 1, MISSING: 1 },
  });
  expect(Object.values(record.modules).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(record.modules['07-at-the-cafe']).toEqual({
    number: 7,
    outcome: 'FIXED',
    score: 9.58,
    rounds: 2,
    changed: true,
    suspicious: false,
    failure: null,
    detail: 'review 9.58 after 2 rounds',
    run_id: '01a20cfe-3be8-7a33-95d5-c82be4b30137',
    question: null,
  });
  expect(ofModule(lines, 'task').at(-1)).toBe(
    'completed: 3 PASS_ON_REVIEW, 4 FIXED, 1 STUCK, 1 FAIL_AFTER_RETRIES, 1 MISSING',
  );
  expect(lines.map(formatLogLine)).toEqual(
    lines.map(formatLogLine).sort((a, b) => a.slice(0, 24).localeCompare(b.slice(0, 24))),
  );
});

test('a task that was paused, set, answered and in part skipped and stopped', () => {
  const { record, lines } = told('fix-review-a1-1-8');
  expect(record).toMatchObject({
    concurrency: 3,
    budget_usd: 5,
    counts: { PASS_ON_REVIEW: 3, FIXED: 3, SKIPPED: 1, ACCEPTED: 1 },
  });
  expect(record.modules['07-at-the-cafe']).toMatchObject({ detail: 'skipped before it started', run_id: null });
  expect(record.modules['08-in-the-city']).toMatchObject({ question: null, rounds: 2, score: 7.2 });
  expect(ofModule(lines, 'task')).toEqual([
    expect.stringMatching(/^started: .* 2 calls at a time$/),
    'pause: paused by anna@laptop (lunch)',
    'set: concurrency 2 to 3, budget no limit to $5 by anna@laptop (more of it)',
    'resume: goes on by anna@laptop',
    'answerModule: 08-in-the-city: accept by anna@laptop (fine)',
    'completed: 3 PASS_ON_REVIEW, 3 FIXED, 1 SKIPPED, 1 ACCEPTED',
  ]);
  expect(ofModule(lines, '02-who-is-this')).toContain('review r0: paused; the module keeps its place');
});

test('undo, apply and proposals', () => {
  const proposed = told('fix-review-a1-3-4');
  expect(proposed.record.counts).toEqual({ PROPOSED: 2 });
  expect(ofModule(proposed.lines, '03-my-family')).toContain(
    'propose r1: proposed a1/03-my-family.md, a1/vocabulary/03-my-family.yaml',
  );
  const applied = told('apply-a1-3-4');
  expect(applied.record).toMatchObject({
    operation: 'apply',
    counts: { APPLIED: 2 },
    of_task: proposed.record.task_id,
  });
  expect(ofModule(applied.lines, '04-my-home')).toEqual([
    'apply: wrote a1/04-my-home.md, review 9.58',
    'ended: APPLIED 9.58, wrote a1/04-my-home.md, review 9.58',
  ]);
  expect(told('undo-a1-3-4').record.counts).toEqual({ UNDONE: 2 });
  expect(told('undo-a1-7-7').record.counts).toEqual({ BASE_CHANGED: 1 });
});

test('the lines of a module over its rounds and its two runs', () => {
  const { lines } = told('fix-review-a1-1-10');
  expect(ofModule(lines, '03-my-family')).toEqual([
    'audit: failed: structure',
    expect.stringMatching(/^review r0: replied in /),
    'judge r0: 8.25 FAIL, audit: structure',
    expect.stringMatching(/^fix r1: replied in /),
    'stage r1: changed, audit passed',
    expect.stringMatching(/^review r1: replied in /),
    'judge r1: 9.6 PASS',
    'apply r1: wrote a1/03-my-family.md, a1/vocabulary/03-my-family.yaml',
    'ended: FIXED 9.6, review 9.6 after 1 round',
  ]);
  const cafe = ofModule(lines, '07-at-the-cafe');
  expect(cafe.filter((line) => line.endsWith(': stopped'))).toHaveLength(1);
  expect(cafe.filter((line) => line.startsWith('ended'))).toEqual(['ended: FIXED 9.58, review 9.58 after 2 rounds']);
});

test('a task that was stopped: where its modules stood is told by their histories', () => {
  const { record, lines } = told('fix-review-a1-1-9');
  expect(record).toMatchObject({ status: 'stopped', counts: { PASS_ON_REVIEW: 4, STOPPED: 5 }, reason: null });
  expect(record.stopped_at).toBe(record.ended_at);
  expect(record.modules['09-weather']).toMatchObject({
    outcome: 'STOPPED',
    detail: expect.stringMatching(/^stopped in (review|fix) r\d$/) as unknown,
    run_id: '01a20cfe-8473-7805-9f6a-174c503a45f9',
  });
  // Its own history is not committed.
  expect(record.modules['05-numbers']).toMatchObject({ outcome: 'STOPPED', detail: 'stopped in its first step' });
  expect(lines.at(-1)).toMatchObject({ subject: 'task', event: 'stopped', text: '4 PASS_ON_REVIEW, 5 STOPPED' });
});

test('research and orchestrate', () => {
  const research = told('research-b2-hist-1-2');
  expect(research.record).toMatchObject({ operation: 'research', counts: { RESEARCHED: 2 }, track: 'b2-hist' });
  expect(ofModule(research.lines, 'danylo-halytskyi').slice(-2)).toEqual([
    'write: b2-hist/research/danylo-halytskyi-research.md',
    'ended: RESEARCHED b2-hist/research/danylo-halytskyi-research.md',
  ]);
  const both = told('orchestrate-b2-hist-1-2');
  expect(both.record.counts).toEqual({ MISSING: 1, PASS_ON_REVIEW: 1 });
  expect(ofModule(both.lines, 'yaroslav-mudryi').at(-1)).toBe('ended: PASS_ON_REVIEW 9.6, review 9.6');
});

test('all runs of modules are named, and a history that is cut short is of a running task', () => {
  const events = historyEvents(historyFromJSON(fileOf('fix-review-a1-1-10.batch-completed.01a20cfe.json')));
  expect(moduleRuns([events])).toHaveLength(12);
  expect(taskClose([events])?.how).toBe('completed');
  expect(taskClose([events.slice(0, -1)])).toBeUndefined();
});
