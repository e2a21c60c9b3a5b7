import type { CancellationScope } from '@temporalio/workflow';
import { countEnd, NOTHING_SEEN, type BreakerCount } from '../src/domain/breaker.ts';
import type { FailureType } from '../src/domain/failure.ts';
import type { Outcome } from '../src/domain/outcome.ts';
import { LIVE_SETTINGS, type LiveSettings, type TaskSettings } from '../src/domain/settings.ts';
import { countStatuses, endOpen, openStatuses, setStatus, statusAt } from '../src/domain/status-string.ts';
import type { TaskStatus } from '../src/domain/task-status.ts';
import type { TaskWait } from '../src/domain/wait.ts';
import type {
  BatchCarry,
  BatchInput,
  BatchProgress,
  EndedModule,
  Answer,
  ModuleRecordDelta,
  Pause,
  PlannedModule,
  QuestionDelta,
  QueuedModule,
  WaitNote,
} from './contract.ts';
import { waitsForProvider, type Scout } from './batch-parked.ts';
import { StepQueue } from './step-queue.ts';

/** Child starts that may be pending at a time: a burst of more keeps the batch deaf to a cancel for up to 0.7 s (measured). */
const PENDING_STARTS = 4;

/** Modules started before the batch continues as new: keeps a run under 5,000 events and its replay short. */
const STARTS_PER_RUN = 400;

/** Answers to updates that are kept for one sent again. */
const KEPT_ANSWERS = 20;

/** A module whose child is starting or open. */
export interface OpenModule {
  readonly queued: QueuedModule;
  readonly scope: CancellationScope;
  runId: string | null;
  /** How it ends where a person has its run cancelled. */
  cancelledAs: 'STOPPED' | 'SKIPPED';
  /** How often the batch had been resumed when it was started: what it met before the last time may be mended. */
  readonly resumes: number;
  /** Sends the settings that count from now on to its child. */
  sendSettings: () => void;
  /** Settles, never rejects, once the child is closed. */
  closed: Promise<void>;
}

/** What a batch does, for its record. */
export interface Standing {
  readonly status: TaskStatus;
  /** Why nothing runs; both null while something does. */
  readonly wait: TaskWait | null;
  /** The same for people. */
  readonly reason: string | null;
}

/** The state of one run of a batch: which modules are where. Pure bookkeeping, it awaits nothing. */
export class BatchState {
  readonly input: BatchInput;
  readonly steps = new StepQueue();
  total = 0;
  cursor = 0;
  statuses = '';
  /** The settings that `set` may have changed. */
  live: LiveSettings;
  /** Why nothing is started; null while it is not paused. */
  paused: Pause | null = null;
  /** Set where a person lets what is open end, and nothing more start. */
  ending = false;
  /** Whether that left modules that had not ended. */
  restEnded = false;
  /** Set once the canaries have ended, and a person looked at them or turned them off. */
  canaryOver: boolean;
  breaker: BreakerCount = NOTHING_SEEN;
  /** What a module met that all would meet; null once the batch is paused for it. */
  blocked: WaitNote | null = null;
  resumes = 0;
  /** Epoch ms of the last resume; 0 where there was none. */
  resumedAt = 0;
  /** The module that looks whether a provider answers again, ahead of those that wait for it. */
  scout: Scout | null = null;
  /** Modules that wait for money; while there is one, none is started. */
  short: QueuedModule[] = [];
  /** Modules loaded from the plan and not started yet. */
  page: PlannedModule[] = [];
  /** Modules that start before the page goes on. */
  again: QueuedModule[] = [];
  /** Modules that wait for a time. */
  parked: QueuedModule[] = [];
  /** Modules that another task holds. */
  busy: QueuedModule[] = [];
  readonly open = new Map<string, OpenModule>();
  answers: (readonly [string, Answer])[] = [];
  /** Ends that are not in the record yet. */
  unrecorded: ModuleRecordDelta[] = [];
  reopened: string[] = [];
  /** Questions that came or went, and that the record does not know of. */
  questions: QuestionDelta[] = [];
  /** What the record says of why nothing runs, and of the settings. */
  recordedReason: string | null = null;
  recordedLive: LiveSettings;
  /** Set where a call was told that the task is paused, which it is not. */
  limitsLost = false;
  pendingStarts = 0;
  started = 0;
  /** Set once the server suggests to continue as new. */
  historyFull = false;

  constructor(input: BatchInput) {
    this.input = input;
    this.live = liveSettings(input);
    this.recordedLive = this.live;
    this.canaryOver = input.carry?.canaryOver ?? input.settings.canary === 0;
    if (input.carry === null) return;
    const { total, cursor, statuses, again, answers, unrecorded = [], reopened = [] } = input.carry;
    const { paused = null, ending = false, breaker = NOTHING_SEEN, questions = [] } = input.carry;
    this.resumedAt = input.carry.resumedAt ?? 0;
    const parked = (queued: QueuedModule): boolean => typeof queued.note?.until === 'string';
    Object.assign(this, { total, cursor, statuses, answers: [...answers], paused, ending, breaker });
    this.unrecorded = [...unrecorded];
    this.reopened = [...reopened];
    this.questions = [...questions];
    this.again = again.filter((queued) => !parked(queued));
    this.parked = again.filter(parked);
  }

  /** Takes the plan's length in the first run. */
  begin(total: number): void {
    this.total = total;
    this.statuses = openStatuses(total);
  }

  /** True once this run starts no more modules, because its history grows long. */
  get draining(): boolean {
    return this.historyFull || this.started >= (this.input.startsPerRun ?? STARTS_PER_RUN);
  }

  /** The settings as they are now. */
  get settings(): TaskSettings {
    return { ...this.input.settings, ...this.live };
  }

  /** Children that may be open. */
  get window(): number {
    return this.canaryOver ? this.live.concurrency + this.input.settings.prefetch : this.canaries;
  }

  /** Modules that have yet to end before a person is asked to look at them. */
  private get canaries(): number {
    return Math.max(0, this.input.settings.canary - this.ended - this.held.length);
  }

  private get ended(): number {
    return Object.values(countStatuses(this.statuses)).reduce((sum, count) => sum + count, 0);
  }

  /** True once the canaries have ended and nobody has looked at them. */
  get canariesEnded(): boolean {
    const { canary } = this.input.settings;
    return !this.canaryOver && this.ended >= canary && this.open.size === 0 && this.hasNext;
  }

  /** True where a module waits to be started, in a queue or in the plan. */
  get hasNext(): boolean {
    return this.again.length > 0 || this.page.length > 0 || this.cursor < this.total;
  }

  get canStart(): boolean {
    return (
      this.hasNext &&
      (this.again.length > 0 || !this.isFullOfWaiting) &&
      this.paused === null &&
      this.blocked === null &&
      !this.ending &&
      this.short.length === 0 &&
      !this.draining &&
      this.open.size < this.window &&
      this.pendingStarts < PENDING_STARTS
    );
  }

  /** True where as many modules wait for a provider as may be open: those of the plan would come to wait for it, too. */
  private get isFullOfWaiting(): boolean {
    return this.parked.filter(waitsForProvider).length >= this.window;
  }

  /** Modules that wait for a time, for another task or for money. */
  private get held(): QueuedModule[] {
    return [...this.parked, ...this.busy, ...this.short];
  }

  /** True where nothing is left to do in any run. */
  get finished(): boolean {
    return this.open.size === 0 && (this.ending || (!this.hasNext && this.held.length === 0));
  }

  /** What the batch does, and why it does nothing. */
  get standing(): Standing {
    const { paused, waiting } = this;
    // A run of an older version told of its own pauses when they came.
    if (paused !== null) return { status: 'paused', wait: paused.wait ?? 'person', reason: paused.text };
    return waiting ?? { status: 'running', wait: null, reason: null };
  }

  /** What the batch waits for; null while something runs. */
  private get waiting(): Standing | null {
    const waitsFor = (wait: TaskWait, reason: string): Standing => ({ status: 'waiting', wait, reason });
    // A scout that is under way does not mean that the wait is over.
    const { scout, open } = this;
    if (open.size > 1 || (open.size === 1 && !(scout !== null && open.has(scout.slug)))) return null;
    if (this.short.length > 0) return waitsFor('budget', `waiting for budget: ${this.short[0]?.note?.detail ?? ''}`);
    const startsMore =
      this.again.some(({ module }) => module.slug !== scout?.slug) || (this.hasNext && !this.isFullOfWaiting);
    if (startsMore || (this.held.length === 0 && scout === null)) return null;
    const { asking } = this;
    const modules = asking.length === 1 ? '1 module' : `${asking.length} modules`;
    if (asking.length > 0 && asking.length === this.held.length)
      return waitsFor('needs-you', `waiting for a person's answer to ${modules}`);
    const { outage } = this;
    // Without the time of the next try: the reason would be another every few minutes, and people told of it each time.
    if (outage !== null)
      return waitsFor('outage', `waiting for ${outage.detail ?? 'a provider'}; down since ${outage.since}`);
    const [first] = this.waitNotes.sort((a, b) => (a.until ?? '').localeCompare(b.until ?? ''));
    if (first === undefined) return waitsFor('other-task', 'waiting for modules that another task holds');
    const { until, detail } = first;
    const model = detail === null ? '' : ` (${detail})`;
    return waitsFor('quota', `waiting for quota until ${until ?? 'somebody says so'}${model}`);
  }

  /** What modules that wait for a time wait for, with the scout that looks whether that is over. */
  private get waitNotes(): WaitNote[] {
    const notes = [...this.parked, ...(this.scout === null ? [] : [this.scout])].map(({ note }) => note);
    return notes.filter((note): note is WaitNote => note !== null && note.reason !== 'question');
  }

  /** The outage that a module waits out: the one that began first; null where none does. */
  get outage(): (WaitNote & { readonly since: string }) | null {
    let first: (WaitNote & { readonly since: string }) | null = null;
    for (const note of this.waitNotes) {
      if (note.reason !== 'outage' || note.since === undefined) continue;
      if (first === null || note.since < first.since) first = { ...note, since: note.since };
    }
    return first;
  }

  /** Notes what a module met that concerns all; nothing where the batch was resumed since it had started. */
  block(note: WaitNote, resumes: number): void {
    if (this.paused === null && resumes === this.resumes) this.blocked = note;
  }

  /** The next module to start; undefined where the next page of the plan must be loaded first. */
  next(): QueuedModule | undefined {
    const queued = this.again.shift();
    if (queued !== undefined) return queued;
    const module = this.page.shift();
    return module === undefined ? undefined : this.fresh(module);
  }

  /** Takes up a page of the plan, less what ended before its turn (stopped by message). */
  addPage(modules: readonly PlannedModule[]): void {
    this.cursor += modules.length;
    this.page.push(...modules.filter((module) => statusAt(this.statuses, module.index) === null));
  }

  fresh(module: PlannedModule): QueuedModule {
    return { module, note: null, force: this.input.settings.force, busyTries: 0 };
  }

  /** Notes a module's end, once. */
  end(module: PlannedModule, ended: Omit<EndedModule, 'kind'>, runId: string | null): void {
    this.statuses = setStatus(this.statuses, module.index, ended.outcome);
    this.breaker = countEnd(this.breaker, ended);
    const { outcome, score, rounds, changed, suspicious, failure, detail } = ended;
    const delta = {
      slug: module.slug,
      number: module.number,
      runId,
      outcome,
      score,
      rounds,
      changed,
      suspicious,
      failure,
      detail,
    };
    this.unrecorded = [...this.unrecorded.filter((other) => other.slug !== module.slug), delta];
  }

  /** Notes an end that no child reported. */
  endWithout(
    module: PlannedModule,
    outcome: Outcome,
    detail: string,
    runId: string | null = null,
    failure: FailureType | null = null,
  ): void {
    this.end(module, { outcome, score: null, rounds: 0, changed: false, suspicious: false, failure, detail }, runId);
  }

  /** Ends all modules that have not ended as STOPPED. The last record says so by itself. */
  endRest(): void {
    const before = this.statuses;
    this.statuses = endOpen(before, 'STOPPED');
    this.restEnded = this.statuses !== before;
  }

  /** Opens an ended module again, at the front. */
  reopen(module: PlannedModule): void {
    this.statuses = setStatus(this.statuses, module.index, null);
    this.unrecorded = this.unrecorded.filter((other) => other.slug !== module.slug);
    // A new list: the one that is being recorded just now must not grow, or this module would be taken for recorded.
    this.reopened = [...this.reopened, module.slug];
    this.again.unshift({ module, note: null, force: true, busyTries: 0 });
  }

  /** Notes what a module asks a person; null: nothing any more. */
  question(slug: string, question: string | null): void {
    this.questions = [...this.questions.filter((other) => other.slug !== slug), { slug, question }];
  }

  /** The modules that wait for a person's answer. */
  get asking(): readonly QueuedModule[] {
    return this.parked.filter((queued) => queued.note?.reason === 'question');
  }

  outcomeOf(module: PlannedModule): Outcome | null {
    return statusAt(this.statuses, module.index);
  }

  /** Takes a module out of the queues; false where it was in none. A module of the plan's later pages is in none. */
  unqueue(slug: string): boolean {
    const queued = (): number => this.again.length + this.held.length + this.page.length;
    const before = queued();
    const others = (queued: QueuedModule): boolean => queued.module.slug !== slug;
    this.again = this.again.filter(others);
    this.parked = this.parked.filter(others);
    this.busy = this.busy.filter(others);
    this.short = this.short.filter(others);
    this.page = this.page.filter((module) => module.slug !== slug);
    return queued() < before;
  }

  remember(updateId: string, answer: Answer): void {
    this.answers = [...this.answers.slice(1 - KEPT_ANSWERS), [updateId, answer]];
  }

  answerOf(updateId: string): Answer | undefined {
    return this.answers.find(([id]) => id === updateId)?.[1];
  }

  get progress(): BatchProgress {
    const { total, statuses, open, held, live, paused } = this;
    return {
      total,
      counts: countStatuses(statuses),
      open: [...open.keys()],
      waiting: held.length,
      concurrency: live.concurrency,
      paused: paused?.text ?? null,
    };
  }

  /** What the next run is started with. Nothing is open then; what is loaded but not started is loaded again. */
  get carry(): BatchCarry {
    const { total, statuses, answers, page, again, held, unrecorded, reopened } = this;
    const { live, paused, ending, canaryOver, breaker } = this;
    return {
      total,
      cursor: this.cursor,
      statuses,
      again: [...again, ...held, ...page.map((module) => this.fresh(module))],
      concurrency: live.concurrency,
      live,
      paused,
      ending,
      canaryOver,
      breaker,
      resumedAt: this.resumedAt,
      answers,
      // The record is written once a second: without them the ends of the run's last second would never be in it.
      unrecorded,
      reopened,
      questions: this.questions,
    };
  }
}

/** The settings that `set` may have changed, as an earlier run or the start left them. */
function liveSettings({ carry, settings }: BatchInput): LiveSettings {
  const names = [...LIVE_SETTINGS, 'reviewFollows'] as const;
  const started = Object.fromEntries(names.map((name) => [name, settings[name]])) as unknown as LiveSettings;
  return { ...started, ...carry?.live };
}
