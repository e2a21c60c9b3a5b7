import { endedText } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import { extractReview } from '../src/domain/reply.ts';
import { renderReviewFile } from '../src/domain/review-text.ts';
import { writeAtomic } from '../src/store/atomic.ts';
import { appendLog } from '../src/store/task-log.ts';
import type { FinishInput, ModuleSteps } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';
import { pathsOf, replyOf } from './versions.ts';

/** The last step of a module: its review file, its generation, its line in the log. */
export function createFinish(deps: Deps): ModuleSteps['finish'] {
  return async (input) => {
    const { end, module } = input;
    if (input.reviewed !== null) await writeReview(deps, input, input.reviewed);
    // The same command shall try anew after these two ends, and after no other.
    if (end.outcome === 'FAIL_AFTER_RETRIES' || end.outcome === 'STUCK')
      await deps.generations.raiseTo(module, module.generation + 1);
    await appendLog(deps.workspace, input.taskId, { subject: moduleKey(module), event: 'ended', text: endedText(end) });
  };
}

async function writeReview(deps: Deps, input: FinishInput, reviewed: { hash: string; review: string }): Promise<void> {
  const reply = await replyOf(deps, reviewed.review);
  const stamp = { task: input.taskId, base: reviewed.hash, model: reply.model, score: input.end.score ?? 0 };
  const text = renderReviewFile({ review: extractReview(reply.text) ?? reply.text, stamp });
  await writeAtomic((await pathsOf(deps, input.module)).review, text);
}
