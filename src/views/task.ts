/** How tasks are shown to people and, by the same values, to scripts. */
import prettyMs from 'pretty-ms';
import { outcomePassed, type Outcome } from '../domain/outcome.ts';
import { scoreText } from '../domain/score-text.ts';
import { taskEnded } from '../domain/task-status.ts';
import type { ModuleProgress } from '../progress/progress.ts';
import type { ModuleRecord, TaskRecord } from '../store/records.ts';
import { costCell, costText, moduleCostCell } from './cost.ts';
import { plainTable } from './table.ts';

/** `3 FIXED, 1 MISSING`, passing outcomes first. */
export function countsText(counts: TaskRecord['counts']): string {
  const entries = Object.entries(counts) as [Outcome, number][];
  const sorted = entries.sort(([a], [b]) => Number(outcomePassed(b)) - Number(outcomePassed(a)));
  return sorted.map(([outcome, count]) => `${count} ${outcome}`).join(', ');
}

/** How many modules ended, and how many of them did not pass. */
export function tally(counts: TaskRecord['counts']): { readonly ended: number; readonly notPassed: number } {
  const entries = Object.entries(counts) as [Outcome, number][];
  const sum = (of: (outcome: Outcome) => boolean): number =>
    entries.reduce((total, [outcome, count]) => total + (of(outcome) ? count : 0), 0);
  return { ended: sum(() => true), notPassed: sum((outcome) => !outcomePassed(outcome)) };
}

/** `2026-11-24 08:33`: UTC, as in task ids. */
export const shortTime = (iso: string): string => iso.slice(0, 16).replace('T', ' ');

/** How long a task took or has been running; nothing where it ended and nobody knows when. */
export function duration(record: TaskRecord, now: Date): string {
  if (record.ended_at === null && taskEnded(record.status)) return '';
  const end = record.ended_at === null ? now.getTime() : Date.parse(record.ended_at);
  return prettyMs(Math.max(0, end - Date.parse(record.created_at)), { secondsDecimalDigits: 0 });
}

/** The table of `list`, no wider than the terminal. */
export function listTable(records: readonly TaskRecord[], now: Date, columns: number): string {
  const rows = records.map((record) => {
    const { ended, notPassed } = tally(record.counts);
    return [
      record.task_id,
      record.wait === null ? record.status : `${record.status}: ${record.wait}`,
      `${ended}/${record.total}`,
      notPassed === 0 ? '' : String(notPassed),
      shortTime(record.created_at),
      duration(record, now),
      costCell(record.cost),
    ];
  });
  const head = ['TASK', 'STATUS', 'DONE', 'NOT PASSED', 'STARTED (UTC)', 'TOOK', 'COST'];
  return plainTable(head, rows, { columns, flexible: 'STATUS', spare: 'STARTED (UTC)' });
}

/** What modules are doing, by their keys. */
type Running = ReadonlyMap<string, ModuleProgress>;

/** A module's row: number, slug, outcome, score, rounds, cost, detail. */
function moduleRow(slug: string, module: ModuleRecord, cost: string, now: ModuleProgress | undefined): string[] {
  const outcome = module.outcome ?? '';
  const score = module.score === null ? '' : scoreText(module.score);
  const flag = module.suspicious ? ' (suspicious rise)' : '';
  return [
    String(module.number),
    slug,
    outcome,
    score,
    module.rounds === 0 ? '' : String(module.rounds),
    cost,
    standingText(module, now, flag),
  ];
}

function standingText(module: ModuleRecord, now: ModuleProgress | undefined, flag: string): string {
  if (module.question !== null) return `needs you: ${module.question}`;
  return module.outcome === null && now !== undefined ? `${now.event}: ${now.text}` : `${module.detail}${flag}`;
}

/** What a task asks a person, with what to type; nothing where it asks nothing. */
export function questionsText(record: TaskRecord): string {
  const asking = Object.entries(record.modules).filter(([, module]) => module.question !== null);
  if (asking.length === 0) return '';
  const lines = asking.map(([slug, { question }]) => `  ${slug}: ${question}`);
  const id = record.task_id;
  return (
    `\nNeeds you:\n${lines.join('\n')}\n  See:    batch-manager show ${id} --module SLUG, batch-manager diff ${id} --module SLUG\n` +
    `  Answer: batch-manager answer ${id} SLUG accept|retry|skip [--note TEXT]\n`
  );
}

/** Column of the costs. */
const COST = 5;

/** The modules of a task, in the order of their numbers; rows are cut at the terminal's width. */
export function moduleTable(record: TaskRecord, columns: number, running: Running = new Map()): string {
  const modules = Object.entries(record.modules).sort(([, a], [, b]) => a.number - b.number);
  const rows = modules.map(([slug, module]) =>
    moduleRow(slug, module, moduleCostCell(record.cost, slug), running.get(`${record.track}/${slug}`)),
  );
  const head = ['#', 'MODULE', 'OUTCOME', 'SCORE', 'ROUNDS', 'COST', 'DETAIL'];
  // Where nothing is paid for, the column would only take room from the details.
  const isFree = rows.every((row) => row[COST] === '');
  const shown = isFree ? [head, ...rows].map((row) => row.toSpliced(COST, 1)) : [head, ...rows];
  return plainTable(shown[0] ?? head, shown.slice(1), { columns, flexible: 'DETAIL' });
}

function took(record: TaskRecord, now: Date): string {
  if (!taskEnded(record.status)) return `running for ${duration(record, now)}`;
  return record.ended_at === null ? 'its end is not known' : `took ${duration(record, now)}`;
}

/** The head of `show`. */
export function taskHead(record: TaskRecord, now: Date): string {
  const { ended } = tally(record.counts);
  const cost = costText(record.cost);
  const lines = [
    record.task_id,
    `  ${record.operation} ${record.track} ${record.modules_selected}, ${record.status}, ${ended} of ${record.total} modules ended`,
    `  model ${record.model}${record.review_model === record.model ? '' : `, reviews by ${record.review_model}`}, ${record.concurrency} calls at a time`,
    `  started ${shortTime(record.created_at)} UTC, ${took(record, now)}`,
    record.retry_of === null ? '' : `  runs modules of ${record.retry_of} again`,
    record.reason === null ? '' : `  ${record.reason}`,
    ended === 0 ? '' : `  ${countsText(record.counts)}`,
    cost === '' ? '' : `  ${cost}`,
  ];
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}
