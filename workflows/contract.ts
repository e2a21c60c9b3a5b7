/**
 * The contract between client and workflows: names, inputs and results. Everything here goes through history, so
 * it holds references (paths, hashes, keys, scores), never a text, a prompt or a key.
 */
import type { BreakerCount } from '../src/domain/breaker.ts';
import type { FailureType } from '../src/domain/failure.ts';
import type { ModuleRef } from '../src/domain/module.ts';
import type { Operation } from '../src/domain/operation.ts';
import type { Outcome } from '../src/domain/outcome.ts';
import type { Restarts } from '../src/domain/restarts.ts';
import type { Selection } from '../src/domain/selection.ts';
import type { LiveSettings, SetSettings, TaskSettings } from '../src/domain/settings.ts';
import type { TaskWait } from '../src/domain/wait.ts';

/** Workflow type of every batch. */
export const BATCH_WORKFLOW = 'batch';

/** Names of the updates on one module of a batch, which are also its signals. */
export const MESSAGES = { stopModule: 'stopModule', retryModule: 'retryModule', skipModule: 'skipModule' } as const;

/** Names of the updates on a whole batch, which are also its signals. */
export const TASK_MESSAGES = {
  pause: 'pause',
  resume: 'resume',
  drain: 'drain',
  retryFailed: 'retryFailed',
} as const;

/** Name of the update that answers the question of a module, which is also a signal. */
export const ANSWER_UPDATE = 'answerModule';

/** Type of the failure that refuses a message about a module that the task does not have. */
export const UNKNOWN_MODULE = 'UnknownModule';

/** Name of the update that changes a running task's settings. */
export const SET_UPDATE = 'set';

/** Signal of a module workflow: the settings that count from its next step on. */
export const SETTINGS_SIGNAL = 'settings';

/** Who asked for something and why; for `show` and the log. */
export interface Steering {
  /** `anna@laptop`. */
  readonly by?: string;
  readonly reason?: string;
}

/** What `set` changes; absolute values, what is left out stays. */
export type TaskChanges = Partial<SetSettings> & Steering;

export interface PauseRequest extends Steering {
  /** Whether the calls in flight are aborted, too. */
  readonly now?: boolean;
}

/** What a person says to a module that cannot pass. */
export type Verdict = 'accept' | 'retry' | 'skip';

export interface AnswerRequest {
  /** Slug or number. */
  readonly module: string;
  readonly answer: Verdict;
  /** What the model is told with the next try, or why; for the log, too. */
  readonly note?: string;
  readonly by?: string;
}

export interface RetryFailedRequest extends Steering {
  /** Only modules that failed so (src/domain/failed.ts); all where it is left out. */
  readonly classes?: readonly string[];
}

/** Name of the progress query of a batch. */
export const PROGRESS_QUERY = 'progress';

// ---- batch ---------------------------------------------------------------------------------------------------------------

export interface BatchInput {
  readonly taskId: string;
  readonly workspaceId: string;
  readonly operation: Operation;
  readonly track: string;
  readonly selection: Selection;
  readonly settings: TaskSettings;
  /** What an earlier run of this batch hands on; null in the first run. */
  readonly carry: BatchCarry | null;
  /** The task whose failed modules it runs again. */
  readonly retryOf?: string;
  /** Modules that are started before the batch continues as new; only tests set it. */
  readonly startsPerRun?: number;
}

export interface ResumeRequest extends Steering {
  /** Whether what its models wait for is over, too: their gates open, and modules that wait for a time start again. */
  readonly now?: boolean;
}

/** Why a batch starts nothing. */
export interface Pause {
  /** Left out by runs of an older version. */
  readonly wait?: TaskWait;
  /** What people read: who paused it or what did, and how it goes on. */
  readonly text: string;
}

/** State that goes through continue-as-new. */
export interface BatchCarry {
  /** Modules of the plan. */
  readonly total: number;
  /** Index in the plan of the next module that was never started. */
  readonly cursor: number;
  /** One character a module of the plan, see src/domain/status-string.ts: 10,000 modules fit in 10 KB. */
  readonly statuses: string;
  /** Modules to start before the plan goes on. */
  readonly again: readonly QueuedModule[];
  readonly concurrency: number;
  /** Left out by runs of an older version. */
  readonly budgetUsd?: number;
  /** What `set` changed, with the settings above; left out by runs of an older version, as all below. */
  readonly live?: LiveSettings;
  readonly paused?: Pause | null;
  /** Whether it starts nothing more, because a person asked for that. */
  readonly ending?: boolean;
  /** Whether the canaries have ended and a person looked at them. */
  readonly canaryOver?: boolean;
  readonly breaker?: BreakerCount;
  /** Epoch ms of the last resume: an outage counts from there. */
  readonly resumedAt?: number;
  /** Answers to the last updates, so that one sent again over continue-as-new is not done twice. */
  readonly answers: readonly (readonly [updateId: string, answer: Answer])[];
  /** Ends and reopened modules that the record does not know yet; not in what an older version carried. */
  readonly unrecorded?: readonly ModuleRecordDelta[];
  readonly reopened?: readonly string[];
  readonly questions?: readonly QuestionDelta[];
}

/** What a module asks a person; null once it asks no more. */
export interface QuestionDelta {
  readonly slug: string;
  readonly question: string | null;
}

/** A module's end as its batch's record takes it up. */
export interface ModuleRecordDelta extends Omit<EndedModule, 'kind'> {
  readonly slug: string;
  readonly number: number;
  readonly runId: string | null;
}

/** A module that is started before the plan goes on: retried, waiting or held by another task. */
export interface QueuedModule {
  readonly module: PlannedModule;
  readonly note: WaitNote | null;
  readonly force: boolean;
  /** What a person answered to its question. */
  readonly answer?: ModuleVerdict;
  /** What a person says to the model that fixes it. */
  readonly personNote?: string;
  /** How often it was found held by another task. */
  readonly busyTries: number;
}

/** A line of the frozen plan. */
export interface PlannedModule extends ModuleRef {
  /** Index in the plan. */
  readonly index: number;
  /** Part of the reply cache's key: raised by a retry, so that everything is asked anew. */
  readonly generation: number;
}

export interface BatchResult {
  /** Whether a person let it end before all modules had run. */
  readonly drained?: boolean;
  readonly counts: Readonly<Partial<Record<Outcome, number>>>;
  readonly total: number;
}

/** Answer of all updates. */
export interface Answer {
  /** False where there was nothing to do. */
  readonly changed: boolean;
  /** What became of it, for people. */
  readonly detail: string;
}

export interface BatchProgress {
  readonly total: number;
  readonly counts: Readonly<Partial<Record<Outcome, number>>>;
  readonly open: readonly string[];
  readonly waiting: number;
  readonly concurrency: number;
  /** Why nothing is started; null where the batch is not paused. */
  readonly paused: string | null;
}

// ---- module --------------------------------------------------------------------------------------------------------------

export interface ModuleInput {
  readonly taskId: string;
  readonly workspaceId: string;
  readonly operation: Operation;
  readonly module: PlannedModule;
  readonly settings: TaskSettings;
  /** Where a child of this task left the module waiting; null at its first start. */
  readonly note: WaitNote | null;
  /** Whether it runs although it passed before: `--force`, or a retry. */
  readonly force: boolean;
  readonly answer?: ModuleVerdict;
  readonly personNote?: string;
}

/** How a module that could not pass is to end. */
export interface ModuleVerdict {
  /** `expired`: nobody answered in time. */
  readonly kind: Exclude<Verdict, 'retry'> | 'expired';
  /** Who answered and why, for people. */
  readonly text: string;
}

export type WaitReason =
  | 'paused'
  | 'settings-changed'
  | 'question'
  | 'quota'
  /** Nobody answers at the provider's address, or it answers that it is down. */
  | 'outage'
  /** What all calls of its model meet, and a person has to mend: a key, an account, a model's name. */
  | 'blocked'
  | 'budget'
  | 'base-changed'
  | 'work-lost';

/** What a module that had to wait left behind. */
export interface WaitNote extends Restarts {
  readonly reason: WaitReason;
  /** ISO time before which a new start is of no use; null where a message or nothing at all has to come. */
  readonly until: string | null;
  /** What it waits for, for people: the model whose quota is used up; null where the reason says all. */
  readonly detail: string | null;
  /** For `outage`: ISO time of the first failure. */
  readonly since?: string;
  /** For `blocked`: the failure that a person has to mend, and the model that it is about. */
  readonly failure?: FailureType;
  readonly model?: string;
  /** Hash of the module's files as it left them. */
  readonly base: string;
  /** Rounds up to and with the last applied one. */
  readonly rounds: number;
  /** Working time used, ms. */
  readonly usedMs: number;
}

/** How a module workflow ends. A bad end is a value, too: every child reports, whatever befell it. */
export type ModuleEnd = EndedModule | { readonly kind: 'wait'; readonly note: WaitNote };

export interface EndedModule {
  readonly kind: 'ended';
  readonly outcome: Outcome;
  /** Score of the version in place; null where none was read. */
  readonly score: number | null;
  readonly rounds: number;
  /** Whether the module's files were changed by this task. */
  readonly changed: boolean;
  /** A rise of more than 3.5 points in one round. */
  readonly suspicious: boolean;
  /** Class of an ERROR. */
  readonly failure: FailureType | null;
  /** One sentence for people, under 500 characters. */
  readonly detail: string;
}
