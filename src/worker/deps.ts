import { join } from 'node:path';
import type { Deps } from '../../activities/deps.ts';
import { Books } from '../../activities/books.ts';
import { auditKey } from '../audit/audit-key.ts';
import { createAuditThread } from '../audit/thread.ts';
import { Flights } from '../concurrency/flights.ts';
import { TaskGates } from '../concurrency/gates.ts';
import { ModelGates } from '../concurrency/model-gate.ts';
import { Outages } from '../concurrency/outages.ts';
import { KeyedLock } from '../concurrency/keyed-lock.ts';
import { SharedLock } from '../concurrency/shared-lock.ts';
import { auditOptions } from '../config/audit-options.ts';
import { createLiveSettings } from '../config/live-settings.ts';
import type { SettingsFile } from '../config/schema.ts';
import type { ModuleText } from '../domain/module.ts';
import { stateFolder } from '../engine/paths.ts';
import { Answering } from '../files/answering.ts';
import { planCopies, recordCopies } from '../engine/registry.ts';
import { createPrices } from '../model/prices.ts';
import { createModels } from '../model/registry.ts';
import { Notices } from '../notify/notices.ts';
import { createPrompts } from '../prompts/prompts.ts';
import { AuditStore } from '../store/audits.ts';
import { GenerationStore } from '../store/generations.ts';
import { LedgerStore } from '../store/ledger.ts';
import { LimitStore } from '../store/limits.ts';
import { createManifestReader, type Manifest } from '../store/manifest.ts';
import { askModule } from '../store/module-files.ts';
import { ModelGateStore } from '../store/model-gates.ts';
import { NotifiedStore } from '../store/notified.ts';
import { PlanStore } from '../store/plans.ts';
import { RecordStore } from '../store/records.ts';
import { ReplyStore } from '../store/replies.ts';
import { StepMarks } from '../store/step-marks.ts';
import { TokenStore } from '../store/tokens.ts';
import { WorkStore } from '../store/versions.ts';
import type { Workspace } from '../store/workspace.ts';
import { createAuditCommand } from './audit-command.ts';

/**
 * Makes the real parts that the activities of a workspace work with; `close` ends what they started. What depends on the
 * settings or on the environment is asked for at each use: both may change while a worker lives.
 * @param environment gives the environment in which keys, addresses and proxies are looked for.
 */
export function createDeps(
  workspace: Workspace,
  env: NodeJS.ProcessEnv,
  identity: string,
  workspaceId: string,
  environment: () => NodeJS.ProcessEnv = () => env,
): { readonly deps: Deps; readonly close: () => Promise<void> } {
  const inForce = createLiveSettings(workspace);
  const settings = (): SettingsFile => inForce().settings;
  const readManifest = madeOf(settings, (now) => createManifestReader(workspace, now.manifest));
  const manifest = (): Manifest => readManifest()();
  const thread = createAuditThread();
  const limits = new LimitStore(workspace);
  const replies = new ReplyStore(workspace);
  const priceOf = createPrices(() => settings().prices ?? {});
  const auditor = madeOf(settings, (now) => {
    const options = auditOptions(now);
    return { key: auditKey(options), audit: (text: ModuleText) => thread.audit(text, options) };
  });
  const auditCommand = madeOf(settings, (now) => createAuditCommand(now, workspace.root, () => manifest().folder));
  const modelsOf = madeOf(settings, ({ providers, clis }) =>
    madeOf(environment, (now) => createModels({ workspaceRoot: workspace.root, env: now, providers, clis })),
  );
  const notices = new Notices(workspace, new NotifiedStore(workspace), settings, environment);
  const deps: Deps = {
    workspace,
    work: new WorkStore(workspace),
    replies,
    books: new Books(new LedgerStore(workspace), replies, priceOf),
    priceOf,
    notices,
    audits: new AuditStore(workspace),
    generations: new GenerationStore(workspace),
    limits,
    plans: new PlanStore(workspace, planCopies(workspaceId)),
    records: new RecordStore(workspace, () => Promise.resolve(recordCopies(workspaceId))),
    tokens: new TokenStore(workspace, identity),
    marks: new StepMarks(workspace, identity),
    inHand: new SharedLock(),
    identity,
    gates: new TaskGates(limits),
    modelGates: new ModelGates(new ModelGateStore(join(stateFolder(env), 'gates'))),
    outages: new Outages(),
    waitScale: waitScale(env),
    flights: new Flights(),
    locks: new KeyedLock(),
    get auditor() {
      return auditor();
    },
    get auditCommand() {
      return auditCommand();
    },
    answering: createAnswering(workspace, manifest),
    settingsProblem: () => inForce().problem,
    manifest,
    prompts: forAWhile(() => createPrompts({ workspaceRoot: workspace.root })),
    model: (name) => modelsOf()().get(name),
  };
  return {
    deps,
    async close() {
      // A call whose attempts have gone is awaited by nobody.
      deps.flights.abortAll(new Error('the worker ends'));
      await notices.close();
      await thread.close();
    },
  };
}

/** What waits for providers are multiplied by: 1, or less in tests of long ones, by BATCH_MANAGER_WAIT_SCALE. */
function waitScale(env: NodeJS.ProcessEnv): number {
  const scale = Number(env.BATCH_MANAGER_WAIT_SCALE ?? 1);
  return scale >= 0 && scale <= 1 ? scale : 1;
}

/** Asks the manifest's folder before the manifest is looked at, and the folders of a module before its files are. */
function createAnswering(workspace: Workspace, manifest: () => Manifest): Deps['answering'] {
  const answering = new Answering();
  let { root } = workspace;
  return async (ref) => {
    await answering.ask(root);
    root = manifest().folder;
    await askModule(answering, root, ref);
  };
}

/** What is made of a value, and made anew once that is another. */
function madeOf<V extends object, T>(value: () => V, make: (value: V) => T): () => T {
  let made: { readonly of: V; readonly value: T } | undefined;
  return () => {
    const now = value();
    if (made?.of !== now) made = { of: now, value: make(now) };
    return made.value;
  };
}

/** How old the prompts of a step may be, ms: a change of their files counts a second later, and most steps read none. */
const FRESH_MS = 1000;

function forAWhile<T>(make: () => T): () => T {
  let made: { readonly value: T; readonly at: number } | undefined;
  return () => {
    if (made === undefined || Date.now() - made.at > FRESH_MS) made = { value: make(), at: Date.now() };
    return made.value;
  };
}
