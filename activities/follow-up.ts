/** The steps of undo and apply, which follow upon another task and ask no model. */
import { TypedError } from '../src/domain/failure.ts';
import { savedText, withNote } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import { renderReviewFile } from '../src/domain/review-text.ts';
import { scoreText } from '../src/domain/score-text.ts';
import { backupFolder, writersOf } from '../src/store/backups.ts';
import { peoplesHash } from '../src/store/module-files.ts';
import { applyProposal, proposalFolder, proposedReview, readProposal } from '../src/store/proposals.ts';
import { appendLog } from '../src/store/task-log.ts';
import { undoModule } from '../src/store/undo.ts';
import type { FollowUpResult, ModuleSteps, StepContext } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';
import { writeReviewFile } from './finish.ts';
import { pathsOf } from './versions.ts';

/** The task that a follow-up is about. */
function subjectOf({ settings, taskId }: StepContext): string {
  if (typeof settings.of === 'string') return settings.of;
  throw new TypedError('Bug', `Task ${taskId} names no task that it is about.`);
}

/** Gives a module the text back from before a task, and lets its next run ask anew. */
export function createUndo(deps: Deps): ModuleSteps['undo'] {
  return async (input) => {
    const { module, taskId, settings } = input;
    const of = subjectOf(input);
    const { folder: root } = await pathsOf(deps, module);
    const undone = await undoModule({
      workspace: deps.workspace,
      root,
      backups: backupFolder(deps.workspace, of, module),
      keep: backupFolder(deps.workspace, taskId, module),
      force: settings.force,
    });
    // Else the same replies would make the same text again. A review alone may come back from the cache.
    if (undone.kind === 'undone' && undone.ofModule) await deps.generations.raiseTo(module, module.generation);
    const result = await undoneResult(deps, input, undone, root);
    await appendLog(deps.workspace, taskId, { subject: moduleKey(module), event: 'undo', text: result.detail });
    return result;
  };
}

async function undoneResult(
  deps: Deps,
  { module, taskId }: StepContext,
  undone: Awaited<ReturnType<typeof undoModule>>,
  root: string,
): Promise<FollowUpResult> {
  const result = (outcome: FollowUpResult['outcome'], detail: string, changed = false): FollowUpResult => {
    return { outcome, detail: detail.slice(0, 450), changed, score: null };
  };
  if (undone.kind === 'nothing') return result('UNDONE', 'no change: the task had changed nothing in it');
  if (undone.kind === 'undone' && undone.files.length === 0)
    return result('UNDONE', 'no change: it is as it was before the task');
  if (undone.kind === 'undone') return result('UNDONE', `gave back ${undone.files.join(', ')}`, true);
  const [first = ''] = undone.files;
  const hash = peoplesHash(`${root}/${first}`);
  const writers = hash === null ? [] : await writersOf(deps.workspace, module, first, hash);
  const by = writers.filter((other) => other !== taskId).at(-1);
  const advice = by === undefined ? '; --force keeps a copy of what is there' : ` by ${by}: undo that one first`;
  const saved = undone.saved.map((copy) => `; ${savedText(copy)}`).join('');
  return result('BASE_CHANGED', `changed since: ${undone.files.join(', ')}${advice}${saved}`);
}

/** Puts a proposal in place, with its review. */
export function createApplyProposal(deps: Deps): ModuleSteps['applyProposal'] {
  return async (input) => {
    const result = await applied(deps, input);
    const line = { subject: moduleKey(input.module), event: 'apply', text: result.detail };
    await appendLog(deps.workspace, input.taskId, line);
    return result;
  };
}

async function applied(deps: Deps, input: StepContext): Promise<FollowUpResult> {
  const { module, taskId } = input;
  const of = subjectOf(input);
  const folder = proposalFolder(deps.workspace, of, module);
  const proposal = await readProposal(folder);
  if (proposal === null)
    return { outcome: 'MISSING', detail: `${of} has no proposal for it`, changed: false, score: null };
  const { score, candidate, model, passes } = proposal;
  const paths = await pathsOf(deps, module);
  const result = await applyProposal({
    workspace: deps.workspace,
    folder,
    proposal,
    paths,
    backups: backupFolder(deps.workspace, taskId, module),
  });
  if (result.kind === 'base-changed')
    return { outcome: 'BASE_CHANGED', detail: result.detail, changed: false, score: null };
  const stamp = { task: taskId, base: candidate, model, score };
  const replaced = await writeReviewFile(
    deps,
    input,
    renderReviewFile({ review: await proposedReview(folder), stamp }),
  );
  const isNew = result.files.length > 0;
  const detail = isNew
    ? `wrote ${result.files.join(', ')}, review ${scoreText(score)}${passes ? '' : ', which does not pass'}`
    : 'no change: it was in place already';
  const told = withNote({ detail }, replaced ?? undefined).detail;
  return { outcome: 'APPLIED', detail: told.slice(0, 500), changed: isNew, score };
}
