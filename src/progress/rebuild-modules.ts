/** What became of each module of a task, told by the history of its batch and by the stories of its modules' runs. Pure. */
import type { HistoryEvent } from '../client/history-events.ts';
import { readSignalText, stoppedInText } from '../domain/log-texts.ts';
import { matchModule } from '../domain/module.ts';
import { moduleFailed } from '../domain/failed.ts';
import { endOfRestarts } from '../domain/restarts.ts';
import type { Outcome } from '../domain/outcome.ts';
import { blankModule, type ModuleRecord } from '../store/record-schema.ts';
import {
  ANSWER_UPDATE,
  type Answer,
  type AnswerRequest,
  type EndedModule,
  type ModuleEnd,
  type ModuleInput,
} from '../../workflows/contract.ts';
import type { LoggedLine } from '../../workflows/step-contract.ts';
import type { ModuleStory } from './rebuild-module.ts';

/** A module of the plan. */
export interface PlacedModule {
  readonly index: number;
  readonly slug: string;
  readonly number: number;
}

/** The stories of modules' runs, by run id. */
export type Stories = ReadonlyMap<string, ModuleStory>;

interface Entry {
  readonly module: PlacedModule;
  /** False where only the workspace, not history, says that the module is in the plan. */
  sure: boolean;
  record: ModuleRecord;
  /** Whether its child is starting or open. */
  open: boolean;
  runId: string | null;
  /** How often its child was started. */
  starts: number;
  /** How often another task held it. */
  refused: number;
  readonly applied: Set<string>;
  /** How it ends where a person has its run cancelled. */
  cancelledAs: 'STOPPED' | 'SKIPPED';
}

/** A message, and how often the child of its module had been started when it came. */
interface Message {
  readonly verb: string;
  readonly arg: unknown;
  readonly starts: number;
}

/** Follows a batch through the histories of its runs. */
export class ModuleFold {
  private readonly entries = new Map<string, Entry>();
  private readonly stories: Stories;
  private readonly busyTries: number;
  private readonly editRestarts: number | undefined;
  /** Slugs by the event in which their child was initiated, in this run of the batch. */
  private initiated = new Map<number, string>();
  private accepted = new Map<number, Message>();
  /** Signals of which the log did not say yet what became. */
  private signals: Message[] = [];
  /** Updates that were answered: one that is sent again only gets its answer again. */
  private readonly answered = new Set<string>();

  /** `likely` are the modules that the workspace says are in the plan; history knows only of those that were loaded. */
  constructor(options: {
    likely: readonly PlacedModule[];
    stories: Stories;
    busyTries: number;
    editRestarts?: number | undefined;
  }) {
    this.stories = options.stories;
    this.busyTries = options.busyTries;
    this.editRestarts = options.editRestarts;
    for (const module of options.likely) this.entryOf(module).sure = false;
  }

  take(event: HistoryEvent): void {
    if (event.kind === 'started') this.initiated = new Map();
    if (event.kind === 'done') this.loaded(event.name, event.result);
    if (event.kind === 'done' && event.name === 'logTask') this.signalled(event.result as LoggedLine | null);
    if (event.kind === 'child-initiated') this.initiate(event.id, event.input as ModuleInput);
    if (event.kind === 'child-refused') this.refuse(event.initiated);
    if (event.kind === 'child-started') this.started(event.initiated, event.runId);
    if (event.kind === 'child-closed') this.closed(event);
    if (event.kind === 'update-accepted' && !this.answered.has(event.updateId)) {
      this.answered.add(event.updateId);
      this.accepted.set(event.id, this.came(event.name, event.arg));
      this.cancelAs(event.name, event.arg);
    }
    if (event.kind === 'update-done') this.answer(event.accepted, event.answer as Answer | undefined);
    if (event.kind === 'signal') {
      this.cancelAs(event.name, event.arg);
      this.signals.push(this.came(event.name, event.arg));
    }
  }

  /** The modules of a task that closed while some were open or had never started. */
  endAll(how: 'stopped' | 'terminated' | 'other'): void {
    for (const entry of this.entries.values()) {
      if (entry.open) this.endOpen(entry, how);
      if (entry.record.outcome === null && how !== 'other')
        entry.record = { ...entry.record, outcome: 'STOPPED', detail: 'not started' };
    }
  }

  /** The modules in the order of the plan. */
  get modules(): Record<string, ModuleRecord> {
    const entries = [...this.entries.values()];
    const taken = new Set(entries.filter(({ sure }) => sure).map(({ module }) => module.index));
    const kept = entries.filter(({ sure, module }) => sure || !taken.has(module.index));
    return Object.fromEntries(
      kept.sort((a, b) => a.module.index - b.module.index).map(({ module, record }) => [module.slug, record]),
    );
  }

  private entryOf(module: PlacedModule): Entry {
    const known = this.entries.get(module.slug);
    if (known !== undefined) {
      known.sure = true;
      return known;
    }
    const entry: Entry = {
      module,
      sure: true,
      record: blankModule(module.number),
      open: false,
      runId: null,
      starts: 0,
      refused: 0,
      applied: new Set(),
      cancelledAs: 'STOPPED',
    };
    this.entries.set(module.slug, entry);
    return entry;
  }

  private loaded(name: string, result: unknown): void {
    if (name === 'loadPage') for (const module of result as readonly PlacedModule[]) this.entryOf(module);
    if (name === 'findModule' && result !== null) this.entryOf(result as PlacedModule);
    if (name === 'failedModules')
      for (const module of result as readonly PlacedModule[]) this.retried(this.entryOf(module));
  }

  private initiate(id: number, { module }: ModuleInput): void {
    const entry = this.entryOf(module);
    this.initiated.set(id, module.slug);
    if (entry.record.outcome !== null) reopen(entry);
    entry.record = { ...entry.record, question: null };
    Object.assign(entry, { open: true, runId: null, starts: entry.starts + 1, cancelledAs: 'STOPPED' });
  }

  private at(initiated: number): Entry | undefined {
    return this.entries.get(this.initiated.get(initiated) ?? '');
  }

  private refuse(initiated: number): void {
    const entry = this.at(initiated);
    if (entry === undefined) return;
    entry.open = false;
    entry.refused += 1;
    if (entry.refused <= this.busyTries) return;
    endWithout(entry, 'CONFLICT', `another task holds it; tried ${entry.refused} times`);
  }

  private started(initiated: number, runId: string): void {
    const entry = this.at(initiated);
    if (entry === undefined) return;
    entry.runId = runId;
    for (const applied of this.stories.get(runId)?.applied ?? []) entry.applied.add(applied);
  }

  private closed(event: Extract<HistoryEvent, { kind: 'child-closed' }>): void {
    const entry = this.at(event.initiated);
    if (entry === undefined) return;
    entry.open = false;
    if (event.how === 'completed') return this.ended(entry, event.result as ModuleEnd);
    if (event.how === 'canceled') return this.stopped(entry);
    endWithout(entry, 'ERROR', (event.message ?? '').slice(0, 500), entry.runId);
    entry.record.failure = 'Bug';
  }

  private ended(entry: Entry, end: ModuleEnd): void {
    if (end.kind === 'ended') {
      entry.record = recordOf(entry, end);
      return;
    }
    if (end.note.reason === 'question') entry.record = { ...entry.record, question: end.note.detail };
    const given = endOfRestarts(end.note, this.editRestarts);
    if (given === null) return;
    endWithout(entry, given.outcome, given.detail, entry.runId);
    entry.record = { ...entry.record, failure: given.failure };
  }

  /** A stopped run reports nothing: where it stood and what it changed is in its own history. */
  private stopped(entry: Entry): void {
    const story = this.stories.get(entry.runId ?? '');
    const rounds = entry.applied.size;
    const outcome = entry.cancelledAs;
    endWithout(entry, outcome, stoppedInText(outcome, story?.lastEvent ?? null, rounds > 0), entry.runId);
    Object.assign(entry.record, { rounds, changed: rounds > 0 });
  }

  /** A module that was open when its batch closed: it may have ended all the same. */
  private endOpen(entry: Entry, how: 'stopped' | 'terminated' | 'other'): void {
    const end = this.stories.get(entry.runId ?? '')?.end ?? null;
    if (end !== null) return this.ended(entry, end);
    if (how !== 'other' && entry.runId !== null) this.stopped(entry);
  }

  private answer(accepted: number, answer: Answer | undefined): void {
    const update = this.accepted.get(accepted);
    this.accepted.delete(accepted);
    if (update !== undefined && answer?.changed === true) this.message(update, answer.detail);
  }

  private came(verb: string, arg: unknown): Message {
    return { verb, arg, starts: this.named(arg)?.starts ?? 0 };
  }

  /** The line about a signal says what became of it. */
  private signalled(line: LoggedLine | null | undefined): void {
    for (const signal of this.signals) {
      const became = signal.verb === line?.event ? readSignalText(line.text, subjectOf(signal)) : undefined;
      if (became === undefined) continue;
      this.signals = this.signals.filter((other) => other !== signal);
      if (became !== 'ignored' && !UNCHANGED.test(became.detail)) this.message(signal, became.detail);
      return;
    }
  }

  /** What `retryFailed` chose; what it knew of the module may have been behind. */
  private retried(entry: Entry): void {
    const { outcome } = entry.record;
    if (outcome !== null && moduleFailed(outcome)) reopen(entry);
  }

  /** The module that a message names. */
  private named(arg: unknown): Entry | undefined {
    const module = moduleOf(arg);
    const candidates = [...this.entries.values()].map((entry) => ({ ...entry.module, entry }));
    return typeof module === 'string' ? matchModule(candidates, module)?.entry : undefined;
  }

  /** A verb on a module that is open: how it ends once its run is cancelled. */
  private cancelAs(verb: string, arg: unknown): void {
    const entry = this.named(arg);
    if (entry?.open === true && (verb === 'stopModule' || verb === 'skipModule'))
      entry.cancelledAs = verb === 'stopModule' ? 'STOPPED' : 'SKIPPED';
  }

  /** A verb that did something, on a module that is not open; one that is open closes by itself. */
  private message({ verb, arg, starts }: Message, detail: string): void {
    const entry = this.named(arg);
    if (entry === undefined || entry.open) return;
    if (verb === ANSWER_UPDATE) entry.record = { ...entry.record, question: null };
    if (verb === 'stopModule') leave(entry, 'STOPPED', detail);
    if (verb === 'skipModule') leave(entry, 'SKIPPED', detail);
    if (verb !== 'retryModule') return;
    entry.refused = 0;
    // Where it has started since, it may have ended since, too.
    if (entry.record.outcome !== null && entry.starts === starts) reopen(entry);
  }
}

/** A module that was stopped or skipped while it had no child; the answer says which of the two ways. */
function leave(entry: Entry, outcome: 'STOPPED' | 'SKIPPED', detail: string): void {
  const word = outcome.toLowerCase();
  if (detail === `${word} before it started`) endWithout(entry, outcome, detail);
  // It had closed to wait before its cancel came; a run that was cancelled has told its end already.
  else if (entry.record.outcome === null) endWithout(entry, outcome, `${word} while it waited`, entry.runId);
}

/** How a message names its module. */
const moduleOf = (arg: unknown): unknown =>
  typeof arg === 'string' ? arg : (arg as Partial<AnswerRequest> | null | undefined)?.module;

/** How the log calls the argument of a signal. */
const subjectOf = ({ arg }: Message): string => {
  const module = moduleOf(arg);
  return typeof module === 'string' ? module : '';
};

/** What is said of a verb that did nothing. */
const UNCHANGED = /^(?:no change|had ended as)/;

function reopen(entry: Entry): void {
  entry.record = { ...entry.record, outcome: null, detail: 'runs again' };
  entry.refused = 0;
}

function recordOf({ module, runId, applied }: Entry, end: EndedModule): ModuleRecord {
  const { outcome, score, rounds, suspicious, failure, detail } = end;
  return {
    number: module.number,
    outcome,
    score,
    rounds,
    // A run that started again on a person's text knows nothing of what one before it changed.
    changed: end.changed || applied.size > 0,
    suspicious,
    failure,
    detail,
    run_id: runId,
    question: null,
  };
}

function endWithout(entry: Entry, outcome: Outcome, detail: string, runId: string | null = null): void {
  const changed = entry.applied.size > 0;
  entry.record = { ...blankModule(entry.module.number), outcome, detail, run_id: runId, changed };
}
