import { join } from 'node:path';
import { EDITED_TEXT, endedText } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import type { Outcome } from '../src/domain/outcome.ts';
import { extractReview } from '../src/domain/reply.ts';
import { renderReviewFile } from '../src/domain/review-text.ts';
import { backupFolder } from '../src/store/backups.ts';
import { readModule } from '../src/store/module-files.ts';
import { writeRecorded } from '../src/store/write-recorded.ts';
import { appendLog } from '../src/store/task-log.ts';
import type { FinishInput, FinishResult, ModuleSteps } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';
import { pathsOf, replyOf } from './versions.ts';

/** Ends that speak of the text that was reviewed: of another one they would say nothing. */
const OF_THE_TEXT: ReadonlySet<Outcome> = new Set<Outcome>([
  'PASS_ON_REVIEW',
  'FIXED',
  'REVIEWED',
  'PROPOSED',
  'FAIL_AFTER_RETRIES',
  'STUCK',
]);

/** The last step of a module: its review file, its generation, its line in the log. */
export function createFinish(deps: Deps): ModuleSteps['finish'] {
  return async (input) => {
    const { end, module } = input;
    const log = (event: string, text: string): Promise<void> =>
      appendLog(deps.workspace, input.taskId, { subject: moduleKey(module), event, text });
    if (await wasEdited(deps, input)) {
      await log('finish', EDITED_TEXT);
      return { kind: 'base-changed' };
    }
    if (input.reviewed !== null) await writeReview(deps, input, input.reviewed);
    // The same command shall try anew after these two ends, and after no other.
    if (end.outcome === 'FAIL_AFTER_RETRIES' || end.outcome === 'STUCK')
      await deps.generations.raiseTo(module, module.generation + 1);
    await log('ended', endedText(end));
    return { kind: 'finished' } satisfies FinishResult;
  };
}

/** Whether a person edited the module since the version that its end speaks of was read or written. */
async function wasEdited(deps: Deps, { end, module, reviewed }: FinishInput): Promise<boolean> {
  if (reviewed === null || !OF_THE_TEXT.has(end.outcome)) return false;
  return (await readModule(await pathsOf(deps, module))).hash !== reviewed.hash;
}

async function writeReview(deps: Deps, input: FinishInput, reviewed: { hash: string; review: string }): Promise<void> {
  const reply = await replyOf(deps, reviewed.review);
  const stamp = { task: input.taskId, base: reviewed.hash, model: reply.model, score: input.end.score ?? 0 };
  const text = renderReviewFile({ review: extractReview(reply.text) ?? reply.text, stamp });
  await writeReviewFile(deps, input, text);
}

/** Puts a review in its place, and keeps the one before. */
export async function writeReviewFile(
  deps: Deps,
  { taskId, module }: Pick<FinishInput, 'taskId' | 'module'>,
  text: string,
): Promise<void> {
  const paths = await pathsOf(deps, module);
  const folder = join(backupFolder(deps.workspace, taskId, module), 'review');
  await writeRecorded({ paths, kind: 'review', file: paths.review, text, folder, keeps: 'old' });
}
