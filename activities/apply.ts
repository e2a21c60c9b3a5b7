import { proposedText, wroteText } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import { extractReview } from '../src/domain/reply.ts';
import { applyVersion } from '../src/store/apply.ts';
import { backupFolder } from '../src/store/backups.ts';
import { proposalFolder, putProposal } from '../src/store/proposals.ts';
import { appendLog } from '../src/store/task-log.ts';
import type { ModuleSteps } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';
import { pathsOf, replyOf } from './versions.ts';

/** Keeps an accepted candidate as a proposal. */
export function createPropose(deps: Deps): ModuleSteps['propose'] {
  return async (input) => {
    const { taskId, module, round, baseScore, score, passes } = input;
    const reply = await replyOf(deps, input.review);
    const result = await putProposal({
      folder: proposalFolder(deps.workspace, taskId, module),
      paths: await pathsOf(deps, module),
      base: await deps.work.version(input.base),
      candidate: await deps.work.version(input.candidate),
      about: { round, base_score: baseScore, score, passes, model: reply.model },
      review: extractReview(reply.text) ?? reply.text,
    });
    const text = result.kind === 'applied' ? proposedText(result.files) : result.detail;
    await appendLog(deps.workspace, taskId, { subject: moduleKey(module), event: `propose r${round}`, text });
    return result;
  };
}

/** Puts an accepted candidate in its base's place. */
export function createApply(deps: Deps): ModuleSteps['apply'] {
  return async (input) => {
    const paths = await pathsOf(deps, input.module);
    const result = await applyVersion({
      workspace: deps.workspace,
      paths,
      base: await deps.work.version(input.base),
      candidate: await deps.work.version(input.candidate),
      backups: backupFolder(deps.workspace, input.taskId, input.module),
      round: input.round,
    });
    const text = result.kind === 'applied' ? wroteText(result.files) : result.detail;
    await appendLog(deps.workspace, input.taskId, {
      subject: moduleKey(input.module),
      event: `apply r${input.round}`,
      text,
    });
    return result;
  };
}
