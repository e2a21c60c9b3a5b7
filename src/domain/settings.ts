/**
 * The settings that a task is started with. They are frozen into the batch workflow's input, so that a restart decides
 * nothing anew; they hold no secret and stay under 1 KB.
 */
export interface TaskSettings {
  /** `provider/model` of fixes and research: `offline/rules-1`, `google/gemini-2.5-flash`. */
  readonly model: string;
  /** `provider/model` of reviews. */
  readonly reviewModel: string;
  /** Whether nobody chose the model of reviews: then it is `model`, also once `set` changes that. */
  readonly reviewFollows: boolean;
  /** Model calls in flight for this task, 1 to 64. */
  readonly concurrency: number;
  /** Modules open beyond `concurrency`, so that starting and closing a child costs no call. */
  readonly prefetch: number;
  /** Fix rounds a module may use. */
  readonly maxRounds: number;
  /** Review score, 0 to 10, from which a module passes. */
  readonly passScore: number;
  /** Working time a module may use over all its calls, ms; 0 is no limit. */
  readonly moduleTimeoutMs: number;
  /** Working time that one model call may take from the moment it has its permit, ms; 0 is no limit. */
  readonly callTimeoutMs: number;
  /** What the task may spend, USD; 0 is no limit. */
  readonly budgetUsd: number;
  /** Modules that run first; the task pauses once they have ended. 0: all run. */
  readonly canary: number;
  /** So many modules in a row that end with the same failure of what they depend on pause the task; 0: none do. */
  readonly breaker: number;
  /** How long an outage of a provider is waited out before the task pauses, ms; 0: for ever. */
  readonly outageLimitMs: number;
  /** Whether a module that cannot pass waits for a person's answer. */
  readonly ask: boolean;
  /** How long it waits, ms; then it ends as it would have without. */
  readonly askDeadlineMs: number;
  /** Percent of the ended modules that, once they failed, pause the task; 0: none does. */
  readonly halt: number;
  /** What one module may cost in the task, USD; 0 is no limit. */
  readonly moduleBudgetUsd: number;
  /** Whether replies that other tasks got are passed over and everything is asked anew. */
  readonly noCache: boolean;
  readonly reviewOnly: boolean;
  readonly force: boolean;
  /** Whether a review that another tool wrote counts: never, or where it is newer than the module's files. */
  readonly trustOldReviews: 'off' | 'newer';
  /** How often a module held by another task is tried again before it ends as CONFLICT; 0: at once. */
  readonly busyTries: number;
  /** Whether better versions are kept as proposals and no module is changed. */
  readonly propose: boolean;
  /** How often a module that a person edits meanwhile starts again before it ends as BASE_CHANGED; 0: at the first edit. */
  readonly editRestarts: number;
  /** What becomes of modules with uncommitted changes of a person: named, skipped, or nothing. */
  readonly gitDirty: GitDirty;
  /** Whether what the task changes is committed: never, as each module ends, or at the task's end. */
  readonly gitCommit: GitCommit;
  /** The task that `undo` and `apply` are about; null for other operations. */
  readonly of: string | null;
}

/** The settings that `set` changes while a task runs. */
export const LIVE_SETTINGS = [
  'concurrency',
  'budgetUsd',
  'moduleBudgetUsd',
  'model',
  'reviewModel',
  'maxRounds',
  'passScore',
] as const satisfies (keyof TaskSettings)[];

/** What `set` may be told. */
export type SetSettings = Pick<TaskSettings, (typeof LIVE_SETTINGS)[number]>;

/** The settings that may differ from those of the start. */
export type LiveSettings = SetSettings & Pick<TaskSettings, 'reviewFollows'>;

/** The settings after a change. A model of reviews that nobody chose goes along with the model; one that is set stays by itself. */
export function changedSettings(now: LiveSettings, changes: Partial<SetSettings>): LiveSettings {
  const given = Object.fromEntries(
    LIVE_SETTINGS.filter((name) => changes[name] !== undefined).map((name) => [name, changes[name]]),
  );
  const after = { ...now, ...given };
  if (changes.reviewModel !== undefined) return { ...after, reviewFollows: false };
  return now.reviewFollows ? { ...after, reviewModel: after.model } : after;
}

export const GIT_DIRTY = ['warn', 'skip', 'allow'] as const;
export type GitDirty = (typeof GIT_DIRTY)[number];

export const GIT_COMMIT = ['off', 'module', 'task'] as const;
export type GitCommit = (typeof GIT_COMMIT)[number];

export const DEFAULT_SETTINGS: TaskSettings = {
  model: 'google/gemini-2.5-flash',
  reviewModel: 'google/gemini-2.5-flash',
  reviewFollows: true,
  concurrency: 8,
  prefetch: 8,
  maxRounds: 3,
  passScore: 9,
  moduleTimeoutMs: 0,
  callTimeoutMs: 12 * 60_000,
  budgetUsd: 0,
  canary: 0,
  breaker: 5,
  outageLimitMs: 24 * 3_600_000,
  halt: 0,
  ask: false,
  askDeadlineMs: 7 * 24 * 3_600_000,
  moduleBudgetUsd: 0,
  noCache: false,
  reviewOnly: false,
  force: false,
  trustOldReviews: 'off',
  busyTries: 20,
  propose: false,
  editRestarts: 5,
  gitDirty: 'warn',
  gitCommit: 'off',
  of: null,
};

export const MAX_CONCURRENCY = 64;
