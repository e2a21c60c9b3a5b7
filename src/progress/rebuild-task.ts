/** A task's record and log, told by the histories of its batch and of its modules. Pure. */
import type { HistoryEvent } from '../client/history-events.ts';
import type { LogLine } from '../domain/log-line.ts';
import { countsLine, readSignalText, startedText } from '../domain/log-texts.ts';
import { changedSettings, LIVE_SETTINGS, type SetSettings, type TaskSettings } from '../domain/settings.ts';
import { taskEnded, type TaskStatus } from '../domain/task-status.ts';
import { startOfRecord, type TaskRecord } from '../store/record-schema.ts';
import { countOutcomes } from '../store/records.ts';
import {
  SET_UPDATE,
  type Answer,
  type BatchInput,
  type BatchResult,
  type TaskChanges,
} from '../../workflows/contract.ts';
import type { LoggedLine } from '../../workflows/step-contract.ts';
import { committedLines } from './rebuild-commit.ts';
import { ModuleFold, type PlacedModule, type Stories } from './rebuild-modules.ts';

/** All that a task is rebuilt from. */
export interface TaskSources {
  readonly taskId: string;
  /** The histories of all runs of its batch, the first one first. */
  readonly runs: readonly (readonly HistoryEvent[])[];
  /** The modules that the workspace says are in its plan: history knows only of those that were loaded. */
  readonly likely: readonly PlacedModule[];
  readonly stories: Stories;
  readonly outputFile: string;
}

type Closed = Extract<HistoryEvent, { kind: 'closed' }>;

/** What a batch was started with. */
export function batchInput(runs: TaskSources['runs']): BatchInput {
  const started = runs[0]?.[0];
  return (started?.kind === 'started' ? started.input : undefined) as BatchInput;
}

/** How a task closed; undefined while it runs. */
export function taskClose(runs: TaskSources['runs']): Closed | undefined {
  const last = runs.at(-1)?.at(-1);
  return last?.kind === 'closed' && last.how !== 'continued' ? last : undefined;
}

/** All runs of modules that a task started. */
export function moduleRuns(runs: TaskSources['runs']): { workflowId: string; runId: string }[] {
  return runs.flat().flatMap((event) => (event.kind === 'child-started' ? [event] : []));
}

const STATUS: Record<Closed['how'], TaskStatus> = {
  completed: 'completed',
  canceled: 'stopped',
  failed: 'failed',
  terminated: 'terminated',
  'timed-out': 'failed',
  continued: 'running',
};

function statusOf({ how, result }: Closed): TaskStatus {
  const isDrained = how === 'completed' && (result as BatchResult | undefined)?.drained === true;
  return isDrained ? 'stopped' : STATUS[how];
}

/** The record of a task. Its times are those of the events: up to some milliseconds beside those that the worker wrote. */
export function rebuildRecord(sources: TaskSources): TaskRecord {
  const { taskId, runs, likely, stories, outputFile } = sources;
  const input = batchInput(runs);
  const events = runs.flat();
  const closed = taskClose(runs);
  const status = closed === undefined ? 'running' : statusOf(closed);
  const { busyTries, editRestarts } = input.settings;
  const fold = new ModuleFold({ likely, stories, busyTries, editRestarts });
  for (const event of events) fold.take(event);
  if (taskEnded(status)) fold.endAll(status === 'stopped' || status === 'terminated' ? status : 'other');
  const { modules } = fold;
  const end = closed === undefined ? null : (recordedEnd(events)?.at ?? closed.at);
  return {
    ...startOfRecord({ ...input, taskId, settings: settingsAfter(events, input.settings) }),
    created_at: (freezing(events) ?? events[0])?.at ?? '',
    updated_at: end ?? events.at(-1)?.at ?? '',
    ended_at: end,
    stopped_at: status === 'stopped' ? end : null,
    status,
    reason: reasonOf(closed),
    wait: null,
    output_file: outputFile,
    total: totalOf(events) ?? Object.keys(modules).length,
    counts: countOutcomes(modules),
    modules,
    // No history knows it.
    cost: null,
  };
}

/** The settings as `set` left them, to the last of its messages that was heard. */
function settingsAfter(events: readonly HistoryEvent[], started: TaskSettings): TaskSettings {
  const sent = new Map<number, TaskChanges>();
  let settings = started;
  const signals: TaskChanges[] = [];
  const take = (arg: TaskChanges | undefined): void => {
    const values = LIVE_SETTINGS.map((name) => [name, arg?.[name]]).filter(([, value]) => value !== undefined);
    settings = { ...settings, ...changedSettings(settings, Object.fromEntries(values) as Partial<SetSettings>) };
  };
  for (const event of events) {
    // Ids of events begin anew with each run.
    if (event.kind === 'started') sent.clear();
    if (event.kind === 'update-accepted' && event.name === SET_UPDATE) sent.set(event.id, event.arg as TaskChanges);
    // One that failed, because its model cannot be called, changed nothing.
    if (event.kind === 'update-done' && (event.answer as Answer | undefined)?.changed === true)
      take(sent.get(event.accepted));
    if (event.kind === 'signal' && event.name === SET_UPDATE) signals.push(event.arg as TaskChanges);
    const line = loggedBy(event, 'logTask');
    const became = line?.event === SET_UPDATE ? readSignalText(line.text, '') : undefined;
    if (became === undefined || signals.length === 0) continue;
    const signal = signals.shift();
    if (became !== 'ignored') take(signal);
  }
  return settings;
}

/** The line that a step of this name wrote to the task's log; undefined where the event is another, or tells of none. */
function loggedBy(event: HistoryEvent, name: string): LoggedLine | undefined {
  if (event.kind !== 'done' || event.name !== name) return undefined;
  return (event.result as LoggedLine | null | undefined) ?? undefined;
}

/** The step that wrote the task's end to its record; histories of 0.1.0 do not say. */
function recordedEnd(events: readonly HistoryEvent[]): HistoryEvent | undefined {
  return events.findLast((event) => taskEnded((loggedBy(event, 'recordTask')?.event ?? 'running') as TaskStatus));
}

type Done = Extract<HistoryEvent, { kind: 'done' }>;

const freezing = (events: readonly HistoryEvent[]): Done | undefined =>
  events.find((event): event is Done => event.kind === 'done' && event.name === 'freezePlan');

const totalOf = (events: readonly HistoryEvent[]): number | undefined =>
  (freezing(events)?.result as { total: number } | undefined)?.total;

function reasonOf(closed: Closed | undefined): string | null {
  if (closed?.how === 'failed') return (closed.message ?? '').slice(0, 1000);
  if (closed?.how === 'timed-out') return 'its workflow timed out';
  if (closed?.how !== 'terminated') return null;
  return `terminated from outside${closed.message === null ? '' : `: ${closed.message}`}`;
}

/** The lines of a task's log, in the order of their times; all but the note that it was rebuilt. */
export function rebuildLines(sources: TaskSources, record: TaskRecord): LogLine[] {
  const events = sources.runs.flat();
  const own = taskLines(events, record, batchInput(sources.runs));
  const end: LogLine[] = [];
  if (record.ended_at !== null && recordedEnd(events) === undefined) {
    const text = record.reason ?? countsLine(record.counts);
    end.push({ at: record.ended_at, subject: 'task', event: record.status, text });
  }
  const streams = [own, ...[...sources.stories.values()].map((story) => story.lines)];
  const lines = streams.flat().sort((a, b) => a.at.localeCompare(b.at));
  return [...lines, ...end];
}

function taskLines(events: readonly HistoryEvent[], record: TaskRecord, input: BatchInput): LogLine[] {
  return events.flatMap((event) => {
    if (event.kind !== 'done') return [];
    const { at } = event;
    const line = (logged: LoggedLine): LogLine => ({ at, subject: 'task', ...logged });
    if (event.name === 'commit') return committedLines(at, event.result);
    if (event.name === 'freezePlan') {
      const { logged = [] } = event.result as { readonly logged?: readonly LoggedLine[] };
      return [startedLine(at, record, input), ...logged.map(line)];
    }
    const logged = loggedBy(event, 'logTask') ?? loggedBy(event, 'recordTask');
    return logged === undefined ? [] : [line(logged)];
  });
}

/** With the settings of the start: the record has those that `set` left. */
function startedLine(
  at: string,
  { operation, of_task: of, track, modules_selected: modules, total }: TaskRecord,
  { settings: { model, concurrency } }: BatchInput,
): LogLine {
  const text = startedText({ operation, of, track, modules, total, model, concurrency });
  return { at, subject: 'task', event: 'started', text };
}
