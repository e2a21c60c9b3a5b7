import { usageError } from '../src/domain/errors.ts';
import { TypedError } from '../src/domain/failure.ts';
import { startedText } from '../src/domain/log-texts.ts';
import { matchModule, type ModuleRef } from '../src/domain/module.ts';
import { OPERATIONS } from '../src/domain/operation.ts';
import type { GitDirty, TaskSettings } from '../src/domain/settings.ts';
import { UnusableFile } from '../src/files/people-file.ts';
import { findRepository, GitError } from '../src/git/repository.ts';
import {
  cannotTellText,
  noRepositoryText,
  uncommittedModules,
  uncommittedText,
} from '../src/git/uncommitted-modules.ts';
import { modelsAsked, modelsToPrice, noPriceText } from '../src/domain/price-text.ts';
import { checkSelection, formatSelection, selectedNumbers } from '../src/domain/selection.ts';
import { unpriced } from '../src/model/prices.ts';
import { moduleRefs, trackModules } from '../src/store/manifest.ts';
import { moduleHashes } from '../src/store/module-files.ts';
import type { PlanLine } from '../src/store/plans.ts';
import { blankModule, startOfRecord } from '../src/store/record-schema.ts';
import { appendLog, logFile } from '../src/store/task-log.ts';
import type { PlannedModule } from '../workflows/contract.ts';
import type { BatchSteps, FreezePlanInput, LoggedLine } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';
import { FAILURE_OF } from './retry-policy.ts';
import { pathsOf } from './versions.ts';

/** Modules read at a time while a plan is made. */
const READ_AT_ONCE = 16;

/** Writes the plan once, with the record that goes with it. */
export function createFreezePlan(deps: Deps): BatchSteps['freezePlan'] {
  return (input) =>
    deps.locks.run(`plan ${input.taskId}`, async () => {
      const known = await deps.plans.get(input.taskId);
      if (known !== null) return { total: known.length };
      const lines = await planLines(deps, input);
      // Before the check, so that a task that fails for want of a key is listed, too.
      await putFirstRecord(deps, input, lines);
      const { settings } = input;
      checkModels(deps, modelsAsked(input.operation, settings));
      await checkPrices(deps, modelsToPrice(input.operation, settings));
      const { uncommitted, logged } = await lookIntoGit(deps, input, lines);
      // Where git cannot tell, any of them may be a person's work.
      const isSkipped = ({ slug }: PlanLine): boolean =>
        settings.gitDirty === 'skip' && uncommitted?.has(slug) !== false;
      await deps.plans.put(
        input.taskId,
        lines.map((line) => ({ ...line, skipped: isSkipped(line) })),
      );
      const text = startedText({
        operation: input.operation,
        of: settings.of,
        track: input.track,
        modules: formatSelection(input.selection),
        total: lines.length,
        model: settings.model,
        concurrency: settings.concurrency,
      });
      await appendLog(deps.workspace, input.taskId, { subject: 'task', event: 'started', text });
      if (uncommitted !== null && uncommitted.size > 0)
        logged.push(await logGit(deps, input, `${uncommittedText(uncommitted)}; ${WHAT_HAPPENS[settings.gitDirty]}`));
      return { total: lines.length, logged };
    });
}

/** What becomes of modules with uncommitted changes. */
const WHAT_HAPPENS: Record<GitDirty, string> = {
  warn: 'they are worked on all the same, and backed up',
  skip: 'they are skipped',
  allow: '',
};

async function logGit(deps: Deps, { taskId }: FreezePlanInput, text: string): Promise<LoggedLine> {
  const line = { event: 'git', text };
  await appendLog(deps.workspace, taskId, { subject: 'task', ...line });
  return line;
}

/** A task of an older version has no such setting. */
const isCommitting = ({ gitCommit }: Partial<TaskSettings>): boolean => (gitCommit ?? 'off') !== 'off';

interface Uncommitted {
  /** The modules with uncommitted changes of a person; null where git cannot tell. */
  readonly uncommitted: ReadonlyMap<string, readonly string[]> | null;
  readonly logged: LoggedLine[];
}

/** Asks git what the settings want to know of it; what it cannot say is said in the log. */
async function lookIntoGit(deps: Deps, input: FreezePlanInput, lines: readonly PlanLine[]): Promise<Uncommitted> {
  const { operation, settings } = input;
  const { gitDirty } = settings;
  const { folder } = deps.manifest();
  const { signal } = new AbortController();
  const logged: LoggedLine[] = [];
  const log = async (text: string): Promise<void> => void logged.push(await logGit(deps, input, text));
  if (isCommitting(settings)) {
    const why = await whyNotCommitted(folder, signal);
    if (why !== null) await log(`git.commit is ${settings.gitCommit}, but ${why}: nothing is committed`);
  }
  const nothing = new Map<string, readonly string[]>();
  // A task that asks nobody writes back what was there.
  if (!OPERATIONS[operation].asks || gitDirty === 'allow') return { uncommitted: nothing, logged };
  try {
    const uncommitted = await uncommittedModules({ workspace: deps.workspace, folder, refs: lines, signal });
    if (uncommitted === null && gitDirty === 'skip') await log(noRepositoryText(folder));
    return { uncommitted: uncommitted ?? nothing, logged };
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    await log(cannotTellText(gitDirty, error));
    return { uncommitted: null, logged };
  }
}

/** Why no commit can be made in a folder; null where one can. */
async function whyNotCommitted(folder: string, signal: AbortSignal): Promise<string | null> {
  try {
    return (await findRepository(folder, signal)) === null ? `${folder} is in no repository` : null;
  } catch (error) {
    if (error instanceof GitError) return error.message;
    throw error;
  }
}

/** Asked of the worker that will make the calls: the CLI's environment may be another. */
function checkModels(deps: Pick<Deps, 'model'>, names: readonly string[]): void {
  for (const name of new Set(names)) {
    const { model } = deps.model(name);
    const missing = model.missing();
    if (missing !== null) throw new TypedError(FAILURE_OF[missing.errorClass], missing.message);
  }
}

/** @throws TypedError BadRequest where a budget could not be kept, with the lines to add to the settings. */
async function checkPrices({ priceOf }: Pick<Deps, 'priceOf'>, models: readonly string[]): Promise<void> {
  const without = await unpriced(models, priceOf);
  if (without.length > 0) throw new TypedError('BadRequest', noPriceText(without));
}

/** Whether models that a task is to change to can be called, and what it may spend can be kept. */
export function createCheckModels(deps: Pick<Deps, 'model' | 'priceOf'>): BatchSteps['checkModels'] {
  return async ({ models, priced }) => {
    checkModels(deps, models);
    await checkPrices(deps, priced);
  };
}

async function planLines(deps: Deps, input: FreezePlanInput): Promise<PlanLine[]> {
  const manifest = deps.manifest();
  checkSelection(input.selection, input.track, trackModules(manifest, input.track).length);
  const refs = moduleRefs(manifest, input.track, selectedNumbers(input.selection));
  if (refs.length === 0) throw usageError(`No module of ${input.track} was selected.`);
  const lines: PlanLine[] = [];
  // After an undo the same replies would make the same text again.
  const anew = input.operation === 'undo' || (OPERATIONS[input.operation].asks && input.settings.force);
  for (let from = 0; from < refs.length; from += READ_AT_ONCE) {
    const batch = refs.slice(from, from + READ_AT_ONCE).map((ref, offset) => planLine(deps, ref, from + offset, anew));
    lines.push(...(await Promise.all(batch)));
  }
  return lines;
}

async function planLine(deps: Deps, ref: ModuleRef, index: number, anew: boolean): Promise<PlanLine> {
  const generation = (await deps.generations.get(ref)) + (anew ? 1 : 0);
  return { index, ...ref, generation, hash: await hashOf(deps, ref), skipped: false };
}

/** Hash of a module's files; null where it has no lesson, or where one of them is no file: its first step says so. */
async function hashOf(deps: Deps, ref: ModuleRef): Promise<string | null> {
  try {
    await deps.answering(ref);
    const { hashes, hash } = moduleHashes(await pathsOf(deps, ref));
    return hashes.lesson === null ? null : hash;
  } catch (error) {
    if (error instanceof UnusableFile) return null;
    throw error;
  }
}

async function putFirstRecord(deps: Deps, input: FreezePlanInput, lines: readonly PlanLine[]): Promise<void> {
  const { taskId } = input;
  const now = new Date().toISOString();
  await deps.records.put({
    ...startOfRecord(input),
    created_at: now,
    updated_at: now,
    ended_at: null,
    stopped_at: null,
    status: 'running',
    reason: null,
    wait: null,
    output_file: logFile(deps.workspace, taskId),
    total: lines.length,
    counts: {},
    modules: Object.fromEntries(lines.map((line) => [line.slug, blankModule(line.number)])),
    cost: null,
  });
}

const planned = ({ index, track, slug, number, generation }: PlanLine): PlannedModule => ({
  index,
  track,
  slug,
  number,
  generation,
});

/** A line of the plan as batches know it, with the module's generation as it is now. */
export async function plannedNow(deps: Deps, line: PlanLine): Promise<PlannedModule> {
  return { ...planned(line), generation: Math.max(line.generation, await deps.generations.get(line)) };
}

export async function planOf(deps: Deps, taskId: string): Promise<readonly PlanLine[]> {
  const plan = await deps.plans.get(taskId);
  if (plan === null)
    throw new TypedError('Bug', `The plan of ${taskId} is gone from .batch-manager/plans. Start the batch anew.`);
  return plan;
}

/** A page of the frozen plan. */
export function createLoadPage(deps: Deps): BatchSteps['loadPage'] {
  return async ({ taskId, from, count }) => (await planOf(deps, taskId)).slice(from, from + count).map(planned);
}

/** The module that a person means by a slug, bare slug, `track/slug` or number, with its generation as it is now. */
export function createFindModule(deps: Deps): BatchSteps['findModule'] {
  return async ({ taskId, module }) => {
    const line = matchModule(await planOf(deps, taskId), module);
    return line === undefined ? null : plannedNow(deps, line);
  };
}
