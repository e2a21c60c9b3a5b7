/** What one run of a module tells: its log lines, where it stood, what it changed, and how it ended. Pure. */
import prettyMs from 'pretty-ms';
import type { HistoryEvent } from '../client/history-events.ts';
import {
  ABORTED_TEXT,
  auditText,
  blockedText,
  budgetText,
  CACHED_TEXT,
  EDITED_TEXT,
  endedText,
  judgedText,
  proposedText,
  outageText,
  quotaText,
  refusedText,
  stagedText,
  turnedBackText,
  unreadableText,
  wroteText,
} from '../domain/log-texts.ts';
import type { LogLine } from '../domain/log-line.ts';
import { moduleKey } from '../domain/module.ts';
import { committedLines } from './rebuild-commit.ts';
import type { EndedModule, ModuleEnd, ModuleInput } from '../../workflows/contract.ts';
import type {
  ApplyResult,
  AuditResult,
  CallInput,
  CallResult,
  FinishResult,
  FollowUpResult,
  JudgeResult,
  ResearchWriteResult,
  StageResult,
} from '../../workflows/step-contract.ts';

/** One run of a module. */
export interface ModuleStory {
  readonly lines: readonly LogLine[];
  /** The event that it was last seen in, `review r0`; null before the first. */
  readonly lastEvent: string | null;
  /** Applied candidates, each as round and hash: the same one applied by two runs counts once. */
  readonly applied: readonly string[];
  /** How it ended; null where it waits, was stopped, or is open. */
  readonly end: EndedModule | null;
}

/** Reads the history of one run of a module. */
export function moduleStory(events: readonly HistoryEvent[]): ModuleStory {
  const reader = new StoryReader();
  for (const event of events) reader.take(event);
  return reader.story;
}

class StoryReader {
  private subject = '';
  private readonly lines: LogLine[] = [];
  /** The call in hand; a module makes one at a time. */
  private open: string | null = null;
  private readonly applied = new Set<string>();
  private round = 0;
  private failing: readonly string[] = [];
  /** Hash of the last candidate; null before the first. */
  private candidate: string | null = null;
  private finishedAt: string | null = null;
  private end: EndedModule | null = null;

  take(event: HistoryEvent): void {
    if (event.kind === 'started') this.subject = moduleKey((event.input as ModuleInput).module);
    if (event.kind === 'scheduled') this.schedule(event.name, event.input);
    if (event.kind === 'done') this.done(event.at, event.name, event.result);
    if (event.kind === 'not-done') this.notDone(event.at, event.name, event.aborted);
    if (event.kind === 'closed' && event.how === 'completed') this.close(event.at, event.result as ModuleEnd);
  }

  get story(): ModuleStory {
    const last = this.lines.findLast(({ subject }) => subject === this.subject);
    const lastEvent = this.open === null ? (last?.event ?? null) : `${this.open} r${this.round}`;
    return { lines: this.lines, lastEvent, applied: [...this.applied], end: this.end };
  }

  private say(at: string, event: string, text: string): void {
    this.lines.push({ at, subject: this.subject, event, text });
  }

  private schedule(name: string, input: unknown): void {
    if (!isCall(name)) return;
    this.open = name;
    this.round = (input as CallInput).round;
  }

  private called(at: string, name: string, call: CallResult): void {
    this.open = null;
    const text = callText(call);
    if (text !== null) this.say(at, `${name} r${this.round}`, text);
  }

  private notDone(at: string, name: string, aborted: boolean): void {
    if (!isCall(name)) return;
    this.open = null;
    if (aborted) this.say(at, `${name} r${this.round}`, ABORTED_TEXT);
  }

  private done(at: string, name: string, result: unknown): void {
    if (isCall(name)) this.called(at, name, result as CallResult);
    if (name === 'audit') this.audited(at, result as AuditResult);
    if (name === 'stage') this.staged(at, result as StageResult);
    if (name === 'judge') this.judged(at, result as JudgeResult);
    if (name === 'apply') this.applying(at, result as ApplyResult);
    if (name === 'writeResearch') this.wrote(at, result as ResearchWriteResult);
    if (name === 'propose') this.proposing(at, result as ApplyResult);
    if (name === 'undo') this.say(at, 'undo', (result as FollowUpResult).detail);
    if (name === 'applyProposal') this.say(at, 'apply', (result as FollowUpResult).detail);
    // Its lines are of the task: the module has ended by then.
    if (name === 'commit') this.lines.push(...committedLines(at, result));
    if (name === 'finish') this.finishing(at, result as FinishResult | null);
  }

  private audited(at: string, result: AuditResult): void {
    if (result.kind === 'skipped' && result.auditPassed !== undefined)
      this.say(at, 'audit', auditText(result.auditPassed, result.failing ?? []));
    if (result.kind === 'already-pass') this.say(at, 'audit', auditText(true, []));
    if (result.kind !== 'audited') return;
    this.failing = result.version.failing;
    this.say(at, 'audit', auditText(result.version.auditPassed, this.failing));
  }

  private staged(at: string, result: StageResult): void {
    if (result.kind === 'refused') this.say(at, `stage r${this.round}`, refusedText(result.reason));
    if (result.kind !== 'staged') return;
    this.failing = result.version.failing;
    this.candidate = result.version.hash;
    const audit = auditText(result.version.auditPassed, this.failing);
    this.say(at, `stage r${this.round}`, stagedText(result.files ?? null, audit));
  }

  private judged(at: string, result: JudgeResult): void {
    const text =
      result.kind === 'unreadable'
        ? unreadableText(result.reason)
        : judgedText({ ...result, first: this.candidate === null, failing: this.failing });
    this.say(at, `judge r${this.round}`, text);
  }

  private applying(at: string, result: ApplyResult): void {
    if (result.kind === 'applied') this.applied.add(`r${this.round}-${this.candidate}`);
    this.say(at, `apply r${this.round}`, result.kind === 'applied' ? wroteText(result.files) : result.detail);
  }

  private proposing(at: string, result: ApplyResult): void {
    const text = result.kind === 'applied' ? proposedText(result.files) : result.detail;
    this.say(at, `propose r${this.round}`, text);
  }

  /** Histories of 0.1.0 have no result of it. */
  private finishing(at: string, result: FinishResult | null | undefined): void {
    this.finishedAt = at;
    if (result?.kind === 'base-changed') this.say(at, 'finish', EDITED_TEXT);
  }

  private wrote(at: string, result: ResearchWriteResult): void {
    const text =
      result.kind === 'written' ? result.file : result.kind === 'refused' ? refusedText(result.reason) : result.detail;
    this.say(at, 'write', text);
  }

  private close(at: string, end: ModuleEnd): void {
    if (end.kind === 'wait') return;
    this.end = end;
    this.say(this.finishedAt ?? at, 'ended', endedText(end));
  }
}

/** What a call wrote at its end; null where it wrote nothing. */
function callText(call: CallResult): string | null {
  if (call.kind === 'reply') return call.cached ? CACHED_TEXT : `replied in ${prettyMs(call.ms)}`;
  if (call.kind !== 'wait') return null;
  const { reason, until, detail } = call;
  if (reason === 'paused' || reason === 'settings-changed') return turnedBackText(reason);
  if (reason === 'budget') return budgetText(detail ?? '');
  if (reason === 'outage') return outageText(detail ?? '', until ?? '');
  if (reason === 'blocked') return blockedText(detail ?? '');
  return reason === 'quota' ? quotaText(detail ?? '', until ?? '') : null;
}

const isCall = (name: string): boolean => name === 'review' || name === 'fix' || name === 'research';
