/**
 * The contract between workflows and activities: inputs and results of steps and calls. As in `contract.ts`, references only.
 */
import type { FailureType } from '../src/domain/failure.ts';
import type { Operation } from '../src/domain/operation.ts';
import type { Outcome } from '../src/domain/outcome.ts';
import type { Selection } from '../src/domain/selection.ts';
import type { LiveSettings, TaskSettings } from '../src/domain/settings.ts';
import type { TaskStatus } from '../src/domain/task-status.ts';
import type { TaskWait } from '../src/domain/wait.ts';
import type { EndedModule, ModuleRecordDelta, PlannedModule, QuestionDelta, WaitReason } from './contract.ts';

/** What every step of a module knows. */
export interface StepContext {
  readonly taskId: string;
  readonly operation: Operation;
  readonly module: PlannedModule;
  readonly settings: TaskSettings;
  /** What a person says to the model that fixes the module. */
  readonly personNote?: string;
}

/** What is known of an audited version. */
export interface AuditedVersion {
  /** Hash over the module's files. */
  readonly hash: string;
  readonly auditPassed: boolean;
  /** Findings that are errors. */
  readonly errors: number;
  /** Names of the failing gates. */
  readonly failing: readonly string[];
}

/** The version that fixes start from, with its review. */
export interface ReviewedVersion extends AuditedVersion {
  readonly score: number;
  /** Key of the reply that holds the review. */
  readonly review: string;
}

export interface AuditInput extends StepContext {
  /** Whether a passing review counts, so that the module ends as ALREADY_PASS. */
  readonly trustReview: boolean;
}

export type AuditResult =
  | { readonly kind: 'missing'; readonly detail: string }
  /** A person's uncommitted changes, with `git.dirty: skip`. */
  | {
      readonly kind: 'skipped';
      readonly detail: string;
      /** What the audit said, for `rebuild`; histories of 0.1.0 do not have it. */
      readonly auditPassed?: boolean;
      readonly failing?: readonly string[];
    }
  | { readonly kind: 'already-pass'; readonly score: number; readonly hash: string }
  | { readonly kind: 'command-needed'; readonly hash: string }
  | { readonly kind: 'audited'; readonly version: AuditedVersion; readonly prompt: string };

export interface JudgeInput extends StepContext {
  /** The version that was reviewed. */
  readonly version: AuditedVersion;
  /** Key of the review reply. */
  readonly reply: string;
  /** The version before; null for the first review. */
  readonly base: ReviewedVersion | null;
  readonly round: number;
  /** Why earlier candidates on this base were dropped, each under 300 characters. */
  readonly tries: readonly string[];
}

export type JudgeResult =
  | {
      readonly kind: 'unreadable';
      readonly reason: string;
      /** Prompt of the second try. */
      readonly again: string;
      /** Prompt of the next fix, for a candidate whose second review cannot be read either; null for a first review. */
      readonly fixPrompt: string | null;
    }
  | {
      readonly kind: 'judged';
      readonly score: number;
      readonly passed: boolean;
      /** True for a first review and for a candidate that is better than its base. */
      readonly better: boolean;
      readonly suspicious: boolean;
      /** Why it does not pass or is not better. */
      readonly reason: string;
      /** Hash over the audit's findings and the review's issues: the same twice means STUCK. */
      readonly findings: string;
      /** Prompt of the next fix; null where it passed. */
      readonly fixPrompt: string | null;
    };

export interface StageInput extends StepContext {
  readonly base: ReviewedVersion;
  /** Key of the fix reply. */
  readonly reply: string;
  readonly round: number;
  readonly tries: readonly string[];
}

export type StageResult =
  | { readonly kind: 'refused'; readonly unchanged: boolean; readonly reason: string; readonly fixPrompt: string }
  | { readonly kind: 'command-needed'; readonly hash: string }
  | {
      readonly kind: 'staged';
      readonly version: AuditedVersion;
      readonly prompt: string;
      /** Kinds of the files that it changes; for `rebuild`, histories of 0.1.0 do not have it. */
      readonly files?: readonly string[];
    };

export interface ApplyInput extends StepContext {
  readonly base: string;
  readonly candidate: string;
  readonly round: number;
}

export type ApplyResult =
  | { readonly kind: 'applied'; readonly files: readonly string[] }
  | { readonly kind: 'base-changed'; readonly detail: string };

export interface ProposeInput extends StepContext {
  /** Hash of the version on disk: a proposal is always for that, also where earlier rounds have made it better. */
  readonly base: string;
  readonly baseScore: number;
  readonly candidate: string;
  readonly score: number;
  readonly passes: boolean;
  /** Key of the reply that holds the candidate's review. */
  readonly review: string;
  readonly round: number;
}

/** What an operation that asks no model made of a module. */
export interface FollowUpResult {
  readonly outcome: Outcome;
  /** For people, under 500 characters. */
  readonly detail: string;
  /** Whether files were changed. */
  readonly changed: boolean;
  /** Score of what is in place now; null where nobody knows. */
  readonly score: number | null;
}

export interface FinishInput extends StepContext {
  readonly end: EndedModule;
  /** Hash of the version in place and the review reply that speaks of it; null where there is none. */
  readonly reviewed: { readonly hash: string; readonly review: string } | null;
}

export type FinishResult =
  /** `note`: what a person should know beside the end; it becomes part of the end's detail. */
  | { readonly kind: 'finished'; readonly note?: string }
  /** A person edited what the end speaks of, so it was not written. */
  | { readonly kind: 'base-changed' };

export interface ResearchPromptInput extends StepContext {
  /** Whether research that is there is done again: `--force`, or a retry. */
  readonly force: boolean;
  readonly tries: readonly string[];
}

export type ResearchPromptResult =
  | { readonly kind: 'missing'; readonly detail: string }
  | { readonly kind: 'skipped'; readonly detail: string }
  | { readonly kind: 'already-done'; readonly detail: string }
  | {
      readonly kind: 'prompt';
      readonly prompt: string;
      /** Hash of the research file that is there; null where there is none, left out by older versions. */
      readonly base?: string | null;
    };

export interface ResearchWriteInput extends StepContext {
  readonly reply: string;
  /** The research file that the reply replaces, as `prepareResearch` found it. */
  readonly base?: string | null;
}

export type ResearchWriteResult =
  | { readonly kind: 'written'; readonly file: string }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'base-changed'; readonly detail: string };

export interface AuditCommandInput extends StepContext {
  readonly hash: string;
}

/** The short steps between calls. Each is idempotent: it may run a second time beside a hung first one. */
export interface ModuleSteps {
  audit(input: AuditInput): Promise<AuditResult>;
  judge(input: JudgeInput): Promise<JudgeResult>;
  stage(input: StageInput): Promise<StageResult>;
  apply(input: ApplyInput): Promise<ApplyResult>;
  /** Keeps a candidate as a proposal, where `apply` would put it in place. */
  propose(input: ProposeInput): Promise<ApplyResult>;
  finish(input: FinishInput): Promise<FinishResult>;
  /** Gives back the files that the task `settings.of` changed. */
  undo(input: StepContext): Promise<FollowUpResult>;
  /** Puts in place what the task `settings.of` proposed. */
  applyProposal(input: StepContext): Promise<FollowUpResult>;
  prepareResearch(input: ResearchPromptInput): Promise<ResearchPromptResult>;
  writeResearch(input: ResearchWriteInput): Promise<ResearchWriteResult>;
}

// ---- calls ---------------------------------------------------------------------------------------------------------------

export interface CallInput extends StepContext {
  /** Whether this is the second try of a reply that could not be read. */
  readonly again: boolean;
  /** Hash of the prompt. */
  readonly prompt: string;
  readonly round: number;
  /** Working time that the call may take from the moment it has its permit, ms. */
  readonly limitMs: number;
}

export type CallResult =
  | {
      readonly kind: 'reply';
      /** Key in the reply cache. */ readonly reply: string;
      readonly ms: number;
      readonly cached: boolean;
    }
  | { readonly kind: 'timeout'; readonly ms: number }
  /** What a module may cost does not reach for it. */
  | { readonly kind: 'over-budget'; readonly detail: string }
  | {
      readonly kind: 'wait';
      readonly reason: WaitReason;
      /** ISO time by the worker's clock. */
      readonly until: string | null;
      /** How long it is until then, ms; histories of 0.1.0 do not say it. */
      readonly ms?: number;
      readonly detail: string | null;
      /** For `outage`: ISO time of the first failure. */
      readonly since?: string;
      /** For `blocked`: the failure that a person has to mend, and the model that it is about. */
      readonly failure?: FailureType;
      readonly model?: string;
    };

/** The model calls: one function under the names of what is asked, so that the Web UI speaks the product's words. */
export interface ModelCalls {
  review(input: CallInput): Promise<CallResult>;
  fix(input: CallInput): Promise<CallResult>;
  research(input: CallInput): Promise<CallResult>;
  /** Runs the configured audit command on a version and keeps its result for the audit step; `paused` where that cut it short. */
  auditCommand(input: AuditCommandInput): Promise<'paused' | null>;
}

// ---- steps of a batch ----------------------------------------------------------------------------------------------------

export interface FreezePlanInput {
  readonly taskId: string;
  readonly operation: Operation;
  readonly track: string;
  readonly selection: Selection;
  readonly settings: TaskSettings;
  readonly retryOf?: string;
}

export interface LoadPageInput {
  readonly taskId: string;
  readonly from: number;
  readonly count: number;
}

export interface SetLimitsInput {
  readonly taskId: string;
  /** Model calls in flight; 0 pauses. */
  readonly concurrency: number;
  /** What the task may spend, USD; 0 is no limit. Left out by batches of an older version. */
  readonly budgetUsd?: number;
  /** Whether a pause aborts the calls in flight, too, and not only turns back those that wait. */
  readonly abort?: boolean;
}

export interface RecordTaskInput {
  readonly taskId: string;
  readonly status: TaskStatus;
  /** Why it waits or failed; null otherwise. */
  readonly reason: string | null;
  /** What it waits for; left out by batches of an older version. */
  readonly wait?: TaskWait | null;
  readonly ended: readonly ModuleRecordDelta[];
  /** Modules whose earlier end no longer counts, because they run again. */
  readonly reopened: readonly string[];
  readonly questions?: readonly QuestionDelta[];
  /** The settings as `set` changed them; left out where they are as at the start. */
  readonly live?: LiveSettings;
}

export interface FindModuleInput {
  readonly taskId: string;
  /** Slug, bare slug, `track/slug` or number. */
  readonly module: string;
}

export interface FailedModulesInput {
  readonly taskId: string;
  /** Words of src/domain/failed.ts; null: all. */
  readonly classes: readonly string[] | null;
  /** Ends that the record does not have yet. */
  readonly unrecorded: readonly Pick<ModuleRecordDelta, 'slug' | 'outcome' | 'failure'>[];
}

/** A line of the task's log as a step wrote it: in history it is there for `rebuild`. Histories of 0.1.0 have few of them. */
export interface LoggedLine {
  readonly event: string;
  readonly text: string;
}

export interface BatchSteps {
  /** Writes the plan once, checks that the models can be called, and gives its length. Throws AuthFailed or NotCallable with what is missing. */
  freezePlan(input: FreezePlanInput): Promise<{ readonly total: number; readonly logged?: readonly LoggedLine[] }>;
  loadPage(input: LoadPageInput): Promise<readonly PlannedModule[]>;
  setLimits(input: SetLimitsInput): Promise<void>;
  /** Lets no call of the task start any more and aborts those in flight. */
  closeGate(input: { readonly taskId: string }): Promise<void>;
  /** Has the calls of the task that wait close their modules: what they would ask has changed. */
  turnBack(input: { readonly taskId: string }): Promise<void>;
  /** Checks that models can be called. Throws AuthFailed or NotCallable with what is missing, or a usage error. */
  checkModels(input: {
    readonly models: readonly string[];
    /** Models of which the price must be known: the task has a limit of money. */
    readonly priced: readonly string[];
  }): Promise<void>;
  /** Opens the closed gates of models, and of their addresses; gives what was closed. */
  liftGates(input: { readonly models: readonly string[] }): Promise<readonly string[]>;
  /** Modules that ended without passing, at most 200 of them, with their generation as it is now. */
  failedModules(input: FailedModulesInput): Promise<readonly PlannedModule[]>;
  /** Aborts the calls of one module. */
  abortModule(input: { readonly taskId: string; readonly slug: string }): Promise<void>;
  /** Gives the line that it wrote to the log; null where it wrote none. */
  recordTask(input: RecordTaskInput): Promise<LoggedLine | null>;
  findModule(input: FindModuleInput): Promise<PlannedModule | null>;
  /** Writes a line of the task's log, and gives it back, so that it is in history for `rebuild`. */
  logTask(input: { readonly taskId: string } & LoggedLine): Promise<LoggedLine>;
}

export interface CommitInput {
  readonly taskId: string;
  readonly operation: Operation;
  readonly track: string;
  /** The module that has ended; null for all of the task. */
  readonly module: { readonly slug: string; readonly outcome: Outcome; readonly detail: string } | null;
  /** Set where the task was stopped or failed: only modules that had ended are committed, within so many ms. */
  readonly limitMs?: number;
  /** Set where each module was committed as it ended: it is only said what was left of those that did not get to their end. */
  readonly onlyTells?: true;
}

/** What goes to git. */
export interface Commits {
  /** Commits the files that the task changed, and no others; whatever stands in the way is said in the log, and harms nothing. */
  commit(input: CommitInput): Promise<Committed>;
}

/** What was said of a commit. */
export interface Committed {
  /** The first lines of the log; all would be too many for history where a person edited most modules. */
  readonly logged: readonly LoggedLine[];
  /** How many more there are. */
  readonly more: number;
}

/** Long activities of a batch. */
export interface BatchWaits {
  /** Gives the slugs of those that are free again as soon as there is one; none after a minute. */
  awaitFree(input: {
    readonly workspaceId: string;
    readonly modules: readonly PlannedModule[];
  }): Promise<readonly string[]>;
}
