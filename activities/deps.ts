import type { AuditReport, GateResult } from '../src/domain/audit.ts';
import type { FailureType } from '../src/domain/failure.ts';
import type { ModuleRef, ModuleText } from '../src/domain/module.ts';
import type { Flights } from '../src/concurrency/flights.ts';
import type { ModelGates } from '../src/concurrency/model-gate.ts';
import type { Outages } from '../src/concurrency/outages.ts';
import type { TaskGates } from '../src/concurrency/gates.ts';
import type { KeyedLock } from '../src/concurrency/keyed-lock.ts';
import type { SharedLock } from '../src/concurrency/shared-lock.ts';
import type { Model } from '../src/model/model.ts';
import type { PriceOf } from '../src/model/prices.ts';
import type { Notices } from '../src/notify/notices.ts';
import type { Prompts } from '../src/prompts/prompts.ts';
import type { AuditStore } from '../src/store/audits.ts';
import type { GenerationStore } from '../src/store/generations.ts';
import type { LimitStore } from '../src/store/limits.ts';
import type { Manifest } from '../src/store/manifest.ts';
import type { PlanStore } from '../src/store/plans.ts';
import type { RecordStore } from '../src/store/records.ts';
import type { ReplyStore } from '../src/store/replies.ts';
import type { TokenStore } from '../src/store/tokens.ts';
import type { StepMarks } from '../src/store/step-marks.ts';
import type { WorkStore } from '../src/store/versions.ts';
import type { Workspace } from '../src/store/workspace.ts';

import type { Books } from './books.ts';

/** The built-in audit with the workspace's settings, away from the event loop. */
export interface Auditor {
  /** What the report depends on beside the files: settings and program version, as a cache key. */
  readonly key: string;
  audit(text: ModuleText): Promise<AuditReport>;
}

/** The configured audit command; it runs on a copy of the module, or in place. */
export interface AuditCommand {
  /** The command as configured, as a cache key. */
  readonly key: string;
  run(ref: ModuleRef, text: ModuleText, signal: AbortSignal): Promise<GateResult>;
}

/** All that the activities touch; made for real in one place, src/worker/deps.ts. */
export interface Deps {
  readonly workspace: Workspace;
  readonly work: WorkStore;
  readonly replies: ReplyStore;
  readonly audits: AuditStore;
  readonly generations: GenerationStore;
  readonly limits: LimitStore;
  readonly plans: PlanStore;
  readonly records: RecordStore;
  readonly books: Books;
  /** Prices as they are now: a person may add one while a task runs. */
  readonly priceOf: PriceOf;
  /** Tells somebody that a task is over or waits. */
  readonly notices: Pick<Notices, 'note'>;
  readonly tokens: TokenStore;
  readonly marks: StepMarks;
  /** Held by the steps in hand: together, or by a suspect alone. */
  readonly inHand: SharedLock;
  /** Identity of this worker, as Temporal knows it. */
  readonly identity: string;
  readonly gates: TaskGates;
  readonly modelGates: ModelGates;
  readonly outages: Outages;
  /** What waits for providers are multiplied by. */
  readonly waitScale: number;
  readonly flights: Flights<FlightResult>;
  readonly locks: KeyedLock;
  /** By the settings of now, as all that follows: what is used twice in a step is taken once. */
  readonly auditor: Auditor;
  readonly auditCommand: AuditCommand | null;
  /** Resolves once the folders of a module's files answer. @throws UnusableFile where one does not, as of a mount whose server is gone. */
  answering(ref: ModuleRef): Promise<void>;
  /** Why the settings file as it is now does not count; null where it does. */
  settingsProblem(): string | null;
  /** The manifest as it is now: a person may have added modules. */
  manifest(): Manifest;
  /** Prompts as they are now: a workspace may override them while a task runs. */
  prompts(): Prompts;
  /** The provider of a `provider/model` name, and the name that it knows the model by. */
  model(name: string): { readonly model: Model; readonly name: string };
}

/** What a flight of a model call ends with. */
export type FlightResult =
  | { readonly kind: 'reply'; readonly ms: number }
  | { readonly kind: 'timeout'; readonly ms: number }
  | { readonly kind: 'over-budget'; readonly detail: string }
  | {
      readonly kind: 'wait';
      readonly reason: 'paused' | 'settings-changed' | 'quota' | 'outage' | 'blocked' | 'budget';
      readonly until: string | null;
      readonly ms?: number;
      readonly detail: string | null;
      readonly since?: string;
      readonly failure?: FailureType;
      readonly model?: string;
    };
