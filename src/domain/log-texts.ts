/**
 * The texts of log lines that can be told again from a workflow's history: one place for the step that writes the line and
 * for `rebuild`, so that both say the same.
 */
import { OPERATIONS, type Operation } from './operation.ts';
import type { Outcome } from './outcome.ts';
import { scoreText } from './score-text.ts';
import { shellQuoted } from './shell.ts';

/** `3 FIXED, 1 MISSING`, in the order of the counts. */
export function countsLine(counts: Readonly<Partial<Record<Outcome, number>>>): string {
  return Object.entries(counts)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(', ');
}

/** The first line of a task. */
export function startedText(task: {
  readonly operation: Operation;
  /** The task that this one is about; null where it is about none. */
  readonly of: string | null;
  readonly track: string;
  readonly modules: string;
  readonly total: number;
  readonly model: string;
  readonly concurrency: number;
}): string {
  const { operation, of, track, modules, total, model, concurrency } = task;
  const { describe, asks } = OPERATIONS[operation];
  const how = asks ? `model ${model}, ${concurrency} calls at a time` : `${operation} of ${of ?? ''}`;
  return `${describe}: ${track} ${modules}, ${total} modules, ${how}`;
}

/** What an audit said: names of the failing gates, none where it passed. */
export function auditText(passed: boolean, failing: readonly string[]): string {
  return passed ? 'passed' : `failed: ${failing.join(', ')}`;
}

/** A candidate with its audit; null where it is not known which files it changes. */
export function stagedText(kinds: readonly string[] | null, audit: string): string {
  return `${kinds === null ? '' : `${kinds.join(', ')} `}changed, audit ${audit}`;
}

/** What a judge made of a review; `first` for the review of the version that fixes start from. */
export function judgedText(judged: {
  readonly score: number;
  readonly passed: boolean;
  readonly better: boolean;
  readonly first: boolean;
  readonly failing: readonly string[];
}): string {
  const failing = judged.failing.length === 0 ? '' : `, audit: ${judged.failing.join(', ')}`;
  const kept = judged.first || judged.passed ? '' : judged.better ? ', better: kept' : ', not better: dropped';
  return `${scoreText(judged.score)} ${judged.passed ? 'PASS' : 'FAIL'}${failing}${kept}`;
}

/** A review that the judge could not read. */
export const unreadableText = (reason: string): string => `the review could not be read: ${reason}`;

/** A reply that did not pass its guards. */
export const refusedText = (reason: string): string => `refused: ${reason}`;

/** Files that were written. */
export const wroteText = (files: readonly string[]): string => `wrote ${files.join(', ')}`;

/** Files that were proposed. */
export const proposedText = (files: readonly string[]): string => `proposed ${files.join(', ')}`;

/** A text that a person saved and that is not in place, because a later save is. */
export interface SavedCopy {
  readonly path: string;
  /** Where the text is, and where it belongs. */
  readonly copy: string;
  readonly file: string;
}

/** A file that a person edited before it could be written. */
export const editedText = (file: string, saved: readonly SavedCopy[] = []): string =>
  [`${file} was edited meanwhile; it was left as it is`, ...saved.map(savedText)].join('; ');

/** Where a save is that did not reach its place, with the command that brings it back. */
export const savedText = ({ path, copy, file }: SavedCopy): string =>
  `another save of ${path} is kept; to bring it back: cp ${shellQuoted(copy)} ${shellQuoted(file)}`;

/** A module that a person edited while it was worked on. */
export const EDITED_TEXT = 'its files were edited meanwhile; it starts again on the new text';

/** A call that was answered from the cache. */
export const CACHED_TEXT = 'reply from the cache';

/** A call that was aborted. */
export const ABORTED_TEXT = 'stopped';

/** A call that asked nothing, because its task was paused or changed. */
export const turnedBackText = (reason: 'paused' | 'settings-changed'): string =>
  reason === 'paused' ? 'paused; the module keeps its place' : 'turned back: the settings have changed';

/** A call that asked nothing, because what the task may spend does not reach for it, or nobody knows what it costs. */
export const budgetText = (why: string): string => `${why}; the module closes until that has changed`;

/** A call that asked nothing, because its model is not to be asked for long. */
export const quotaText = (model: string, until: string): string =>
  `waiting for ${model} until ${until}; the module closes until then`;

/** A call that asked nothing, because nobody answers there. */
export const outageText = (detail: string, until: string): string =>
  `waiting for ${detail}; the module closes and is tried again at ${until}`;

/** A call that was refused for a cause that concerns all calls of its model. */
export const blockedText = (detail: string): string => `${detail}; the module closes, and the task pauses`;

/** A call whose attempt the server has given up. */
export const GIVEN_UP_TEXT =
  'the server took this attempt for dead (no heartbeat for 30 s); its request goes on, and the next attempt takes it up';

/** Event of the lines about a commit. */
export const COMMIT_EVENT = 'commit';

/** What became of a message that came as a signal. */
export const signalText = (subject: string, detail: string): string =>
  `${subject === '' ? '' : `${subject}: `}${detail} (signal)`;

const IGNORED = 'signal ignored: ';

/** A signal that was not valid, or that could not be done. */
export const ignoredSignalText = (reason: string): string => `${IGNORED}${reason}`.slice(0, 500);

/** The inverse of both for a signal's subject; undefined for the line of something else. */
export function readSignalText(text: string, subject: string): 'ignored' | { readonly detail: string } | undefined {
  if (text.startsWith(IGNORED)) return 'ignored';
  const [before = '', after = ''] = signalText(subject, '\n').split('\n');
  if (!text.startsWith(before) || !text.endsWith(after)) return undefined;
  return { detail: text.slice(before.length, text.length - after.length) };
}

/** How a module ended. */
export function endedText(end: {
  readonly outcome: Outcome;
  readonly score: number | null;
  readonly detail: string;
  readonly suspicious: boolean;
}): string {
  const score = end.score === null ? '' : `${scoreText(end.score)}, `;
  return `${end.outcome} ${score}${end.detail}${end.suspicious ? ' (suspicious rise)' : ''}`;
}

/** Where a module stood when it was stopped or skipped: its last event, and whether a better version is in place. */
export function stoppedInText(outcome: 'STOPPED' | 'SKIPPED', event: string | null, changed: boolean): string {
  return `${outcome.toLowerCase()} in ${event ?? 'its first step'}${changed ? ', a better version was kept' : ''}`;
}

/** Longest detail of an end, in characters: it goes through history. */
const LONGEST_DETAIL = 500;

/** An end whose detail also says what a person should know beside it. */
export function withNote<T extends { readonly detail: string }>(end: T, note: string | undefined): T {
  if (note === undefined) return end;
  const rest = note.slice(0, LONGEST_DETAIL - 100);
  return { ...end, detail: `${end.detail.slice(0, LONGEST_DETAIL - rest.length - 2)}; ${rest}` };
}

/** A review file of somebody else that a task replaced. */
export const replacedText = (path: string, copy: string): string =>
  `replaced ${path}, which somebody else wrote or edited; it is kept in ${copy}, and undo gives it back`;
