/**
 * What the module workflows share: one run of a module, its calls, and the three ways in which it can end.
 *
 * 1. With an outcome, good or bad: a value. Every child reports, whatever befell it.
 * 2. With WAIT: a module that must wait closes, and its batch starts it again later; it gets back to its place by the cache.
 * 3. Canceled. An aborted call fails as `Stopped` and may arrive before the cancel does, so the run waits for the cancel.
 */
import { ApplicationFailure, defineSignal, isCancellation, setHandler, sleep } from '@temporalio/workflow';
import type { FailureType } from '../src/domain/failure.ts';
import type { Outcome } from '../src/domain/outcome.ts';
import { withNote } from '../src/domain/log-texts.ts';
import { countRestart } from '../src/domain/restarts.ts';
import type { LiveSettings, TaskSettings } from '../src/domain/settings.ts';
import { upsertOutcome } from './attributes.ts';
import { commitModule } from './commit.ts';
import {
  SETTINGS_SIGNAL,
  type EndedModule,
  type ModuleEnd,
  type ModuleInput,
  type WaitNote,
  type WaitReason,
} from './contract.ts';
import type { CallResult, FinishResult, StepContext } from './step-contract.ts';
import { applicationFailure, callModel, runAuditCommand, step } from './steps.ts';

/** What 0 means for a limit, ms: the longest that a timer can be set to; a longer one would fire at once. */
const NO_LIMIT_MS = 2 ** 31 - 1;

/** Leaves the module workflow early, from any depth; caught in one place, `runModule`. */
class Leave extends Error {
  readonly end: ModuleEnd;

  constructor(end: ModuleEnd) {
    super('left early');
    this.end = end;
  }
}

/** A module's place in its loop. */
export class ModuleRun {
  readonly input: ModuleInput;
  /** The settings that count from the next step on. */
  settings: TaskSettings;
  /** Rounds asked for so far. */
  round = 0;
  /** Rounds up to the last applied one, the place that a WAIT goes back to. */
  appliedRound = 0;
  changed = false;
  suspicious = false;
  score: number | null = null;
  /** Score of what is proposed; null where nothing is. */
  proposedScore: number | null = null;
  /** Hash of the version in place. */
  hash = '';
  /** The version in place with the review that speaks of it. */
  reviewed: { hash: string; review: string } | null = null;
  usedMs: number;

  constructor(input: ModuleInput) {
    this.input = input;
    this.settings = input.settings;
    this.usedMs = input.note?.usedMs ?? 0;
  }

  /** What every step is given. */
  get context(): StepContext {
    const { taskId, operation, module, personNote } = this.input;
    const note = personNote === undefined ? {} : { personNote };
    return { taskId, operation, module, settings: this.settings, ...note };
  }

  /** An outcome with all that is known of the run. */
  ended(outcome: Outcome, detail: string, failure: FailureType | null = null): EndedModule {
    const { score, round: rounds, changed, suspicious } = this;
    return { kind: 'ended', outcome, score, rounds, changed, suspicious, failure, detail: detail.slice(0, 500) };
  }

  /** The end of a module that cannot pass: at once, or once a person has said what is to become of it. */
  cannotPass(outcome: Outcome, detail: string): EndedModule {
    const { answer } = this.input;
    const { ask, askDeadlineMs } = this.settings;
    if (answer === undefined && ask)
      this.wait('question', isoAfter(askDeadlineMs), `${outcome}: ${detail}`.slice(0, 500));
    if (answer === undefined) return this.ended(outcome, detail);
    const text = `${detail}; ${answer.text}`;
    if (answer.kind === 'expired') return this.ended(outcome, text);
    return this.ended(answer.kind === 'accept' ? 'ACCEPTED' : 'SKIPPED', text);
  }

  /** Takes up the note of an earlier run if the module is as that run left it; a person's edit voids all but the restarts. */
  takeNote(hash: string): void {
    const { note } = this.input;
    this.hash = hash;
    if (note === null || note.base !== hash) return;
    this.round = note.rounds;
    this.appliedRound = note.rounds;
    this.changed = note.rounds > 0;
  }

  /** Closes with WAIT. */
  wait(reason: WaitReason, until: string | null, detail: string | null = null, more: MoreOfWait = {}): never {
    throw new Leave(this.waiting(reason, until, detail, more));
  }

  /** The end of a run that waits; those for a changed base and those for lost work are counted. */
  waiting(reason: WaitReason, until: string | null, detail: string | null = null, more: MoreOfWait = {}): ModuleEnd {
    const { hash: base, appliedRound: rounds, usedMs } = this;
    const restarts = countRestart(this.input.note ?? { restarts: 0 }, reason);
    const note: WaitNote = { reason, until, detail, base, rounds, usedMs, ...restarts, ...more };
    return { kind: 'wait', note };
  }

  /** Asks the model and gives the key of its reply; leaves with TIMEOUT, OVER_BUDGET or WAIT where there will be none now. */
  async call(ask: 'review' | 'fix' | 'research', prompt: string, again = false): Promise<string> {
    const { moduleTimeoutMs, callTimeoutMs } = this.context.settings;
    const moduleLeft = moduleTimeoutMs === 0 ? NO_LIMIT_MS : moduleTimeoutMs - this.usedMs;
    const left = Math.min(moduleLeft, callTimeoutMs === 0 ? NO_LIMIT_MS : callTimeoutMs, NO_LIMIT_MS);
    if (left <= 0) this.timeout(`${ask} r${this.round} was due, but the module had used up its time`);
    const result: CallResult = await callModel(ask, {
      ...this.context,
      again,
      prompt,
      round: this.round,
      limitMs: left,
    });
    if (result.kind === 'wait') return this.wait(result.reason, untilOf(result), result.detail, moreOf(result));
    if (result.kind === 'over-budget') throw new Leave(this.ended('OVER_BUDGET', result.detail));
    this.usedMs += result.ms;
    if (result.kind === 'timeout')
      return this.timeout(`${ask} r${this.round} gave no reply within ${Math.round(left / 1000)} s`);
    return result.reply;
  }

  /** Runs the configured audit command on a version; leaves with WAIT where a pause cut it short. */
  async auditCommand(hash: string): Promise<void> {
    if ((await runAuditCommand({ ...this.context, hash })) === 'paused') this.wait('paused', null);
  }

  private timeout(detail: string): never {
    throw new Leave(this.ended('TIMEOUT', detail));
  }
}

type WaitResult = Extract<CallResult, { kind: 'wait' }>;

/** What a note keeps of a wait beside its reason and its time. */
type MoreOfWait = Pick<WaitNote, 'since' | 'failure' | 'model'>;

function moreOf({ since, failure, model }: WaitResult): MoreOfWait {
  return {
    ...(since !== undefined && { since }),
    ...(failure !== undefined && { failure }),
    ...(model !== undefined && { model }),
  };
}

/** So far apart may a worker's clock and the server's be, ms. */
const SKEW_MS = 60_000;

/** The shortest wait, ms: a module does not start and close without end. */
const SHORTEST_MS = 1000;

/**
 * Until when a call is to wait. The time is that of the worker's clock: where that is not the server's, how long it is until
 * then counts, or the module would start again at once, or much too late.
 */
function untilOf({ until, ms }: WaitResult): string | null {
  if (until === null || ms === undefined) return until;
  const wait = Date.parse(until) - Date.now();
  if (wait >= SHORTEST_MS && Math.abs(wait - ms) <= SKEW_MS) return until;
  return isoAfter(Math.max(SHORTEST_MS, ms));
}

const isoAfter = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** Awaits the cancel that an aborted call announced, and rethrows it. */
async function awaitCancel(): Promise<never> {
  // A server that was away may take some time to hand the cancel on.
  await sleep('1m', { summary: 'the calls were aborted; waiting for the cancel' });
  throw ApplicationFailure.create({
    type: 'Bug',
    nonRetryable: true,
    message: 'A call was stopped, but no cancel came.',
  });
}

async function endOf(run: ModuleRun, operation: (run: ModuleRun) => Promise<EndedModule>): Promise<ModuleEnd> {
  try {
    return await operation(run);
  } catch (error) {
    if (error instanceof Leave) return error.end;
    const type = applicationFailure(error)?.type;
    if (type === 'Stopped') return awaitCancel();
    // After a power cut, or where a person cleared the state: it gets back to its place by the replies that are kept.
    if (type === 'WorkLost') return run.waiting('work-lost', null);
    return errorEnd(run, error);
  }
}

/** A failed step as an outcome; a cancel passes. */
function errorEnd(run: ModuleRun, error: unknown): EndedModule {
  const failure = applicationFailure(error);
  if (failure === undefined || isCancellation(error)) throw error;
  return run.ended('ERROR', failure.message, (failure.type ?? 'Bug') as FailureType);
}

/**
 * Writes a module's end. Where a person edited what it speaks of, it starts again on the new text. Where its review file
 * cannot be written, the module ends as ERROR, and only that is noted.
 */
async function finish(run: ModuleRun, end: EndedModule): Promise<ModuleEnd> {
  try {
    // In histories of 0.1.0 it has no result.
    const result: FinishResult | undefined = await step('finish', { ...run.context, end, reviewed: run.reviewed });
    if (result?.kind === 'base-changed') return run.waiting('base-changed', null);
    return withNote(end, result?.note);
  } catch (error) {
    const failed = errorEnd(run, error);
    const result: FinishResult | undefined = await step('finish', { ...run.context, end: failed, reviewed: null });
    return result?.kind === 'finished' ? withNote(failed, result.note) : failed;
  }
}

/** Runs a module through an operation, writes its end and returns it. */
export async function runModule(
  input: ModuleInput,
  operation: (run: ModuleRun) => Promise<EndedModule>,
): Promise<ModuleEnd> {
  const run = new ModuleRun(input);
  setHandler(defineSignal<[LiveSettings]>(SETTINGS_SIGNAL), (live) => {
    run.settings = { ...run.settings, ...live };
  });
  const reached = await endOf(run, operation);
  if (reached.kind === 'wait') return reached;
  const end = await finish(run, reached);
  if (end.kind === 'wait') return end;
  await commitModule(run.context, end);
  upsertOutcome(end.outcome, end.score);
  return end;
}
