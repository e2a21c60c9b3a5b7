/**
 * The contract between client, workflows and activities: names, inputs and results. Everything here goes through history, so
 * it holds references (paths, hashes, keys, scores), never a text, a prompt or a key.
 */
import type { FailureType } from '../src/domain/failure.ts';
import type { ModuleRef } from '../src/domain/module.ts';
import type { Operation } from '../src/domain/operation.ts';
import type { Outcome } from '../src/domain/outcome.ts';
import type { Selection } from '../src/domain/selection.ts';
import type { TaskSettings } from '../src/domain/settings.ts';
import type { TaskStatus } from '../src/domain/task-status.ts';

/** Workflow type of every batch. */
export const BATCH_WORKFLOW = 'batch';

/** Names of the updates of a batch, which are also its signals. */
export const MESSAGES = { stopModule: 'stopModule', retryModule: 'retryModule' } as const;

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
  /** Answers to the last updates, so that one sent again over continue-as-new is not done twice. */
  readonly answers: readonly (readonly [updateId: string, answer: ModuleAnswer])[];
}

/** A module that is started before the plan goes on: retried, waiting or held by another task. */
export interface QueuedModule {
  readonly module: PlannedModule;
  readonly note: WaitNote | null;
  readonly force: boolean;
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
  readonly counts: Readonly<Partial<Record<Outcome, number>>>;
  readonly total: number;
}

/** Answer of the module verbs. */
export interface ModuleAnswer {
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
}

export type WaitReason = 'paused' | 'rate-limit' | 'base-changed';

/** What a module that had to wait left behind. */
export interface WaitNote {
  readonly reason: WaitReason;
  /** ISO time before which a new start is of no use; null where a message or nothing at all has to come. */
  readonly until: string | null;
  /** Hash of the module's files as it left them. */
  readonly base: string;
  /** Rounds up to and with the last applied one. */
  readonly rounds: number;
  /** Working time used, ms. */
  readonly usedMs: number;
  /** Starts again for a changed base, over all notes. */
  readonly restarts: number;
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

// ---- steps ---------------------------------------------------------------------------------------------------------------

/** What every step of a module knows. */
export interface StepContext {
  readonly taskId: string;
  readonly operation: Operation;
  readonly module: PlannedModule;
  readonly settings: TaskSettings;
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
  | { readonly kind: 'staged'; readonly version: AuditedVersion; readonly prompt: string };

export interface ApplyInput extends StepContext {
  readonly base: string;
  readonly candidate: string;
  readonly round: number;
}

export type ApplyResult =
  | { readonly kind: 'applied'; readonly files: readonly string[] }
  | { readonly kind: 'base-changed'; readonly detail: string };

export interface FinishInput extends StepContext {
  readonly end: EndedModule;
  /** Hash of the version in place and the review reply that speaks of it; null where there is none. */
  readonly reviewed: { readonly hash: string; readonly review: string } | null;
}

export interface ResearchPromptInput extends StepContext {
  readonly tries: readonly string[];
}

export type ResearchPromptResult =
  | { readonly kind: 'missing'; readonly detail: string }
  | { readonly kind: 'already-done'; readonly detail: string }
  | { readonly kind: 'prompt'; readonly prompt: string };

export interface ResearchWriteInput extends StepContext {
  readonly reply: string;
}

export type ResearchWriteResult =
  { readonly kind: 'written'; readonly file: string } | { readonly kind: 'refused'; readonly reason: string };

export interface AuditCommandInput extends StepContext {
  readonly hash: string;
}

/** The short steps between calls. Each is idempotent: it may run a second time beside a hung first one. */
export interface ModuleSteps {
  audit(input: AuditInput): Promise<AuditResult>;
  judge(input: JudgeInput): Promise<JudgeResult>;
  stage(input: StageInput): Promise<StageResult>;
  apply(input: ApplyInput): Promise<ApplyResult>;
  finish(input: FinishInput): Promise<void>;
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
  | { readonly kind: 'wait'; readonly reason: WaitReason; readonly until: string | null };

/** The model calls: one function under the names of what is asked, so that the Web UI speaks the product's words. */
export interface ModelCalls {
  review(input: CallInput): Promise<CallResult>;
  fix(input: CallInput): Promise<CallResult>;
  research(input: CallInput): Promise<CallResult>;
  /** Runs the configured audit command on a version and keeps its result for the audit step. */
  auditCommand(input: AuditCommandInput): Promise<void>;
}

// ---- steps of a batch ----------------------------------------------------------------------------------------------------

export interface FreezePlanInput {
  readonly taskId: string;
  readonly operation: Operation;
  readonly track: string;
  readonly selection: Selection;
  readonly settings: TaskSettings;
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
}

export interface ModuleRecordDelta extends Omit<EndedModule, 'kind'> {
  readonly slug: string;
  readonly number: number;
  readonly runId: string | null;
}

export interface RecordTaskInput {
  readonly taskId: string;
  readonly status: TaskStatus;
  /** Why it waits or failed; null otherwise. */
  readonly reason: string | null;
  readonly ended: readonly ModuleRecordDelta[];
  /** Modules whose earlier end no longer counts, because they run again. */
  readonly reopened: readonly string[];
}

export interface FindModuleInput {
  readonly taskId: string;
  /** Slug, bare slug, `track/slug` or number. */
  readonly module: string;
}

export interface BatchSteps {
  /** Writes the plan once, checks that the models can be called, and gives its length. Throws AuthFailed with what is missing. */
  freezePlan(input: FreezePlanInput): Promise<{ readonly total: number }>;
  loadPage(input: LoadPageInput): Promise<readonly PlannedModule[]>;
  setLimits(input: SetLimitsInput): Promise<void>;
  /** Lets no call of the task start any more and aborts those in flight. */
  closeGate(input: { readonly taskId: string }): Promise<void>;
  /** Aborts the calls of one module. */
  abortModule(input: { readonly taskId: string; readonly slug: string }): Promise<void>;
  recordTask(input: RecordTaskInput): Promise<void>;
  findModule(input: FindModuleInput): Promise<PlannedModule | null>;
  /** Writes a line of the task's log. */
  logTask(input: { readonly taskId: string; readonly event: string; readonly text: string }): Promise<void>;
}

/** Long activities of a batch. */
export interface BatchWaits {
  /** Gives the slugs of those that are free again as soon as there is one; none after a minute. */
  awaitFree(input: {
    readonly workspaceId: string;
    readonly modules: readonly PlannedModule[];
  }): Promise<readonly string[]>;
}
