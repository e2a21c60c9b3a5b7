import { moduleKey } from '../src/domain/module.ts';
import { faultPoint } from '../src/process/fault-point.ts';
import { appendLog } from '../src/store/task-log.ts';
import type {
  BatchSteps,
  BatchWaits,
  Commits,
  ModelCalls,
  ModuleSteps,
  StepContext,
} from '../workflows/step-contract.ts';
import { createApply, createPropose } from './apply.ts';
import { createAudit } from './audit.ts';
import { createAuditCommand } from './audit-command.ts';
import { awaitFree } from './await-free.ts';
import { createCommit } from './commit.ts';
import type { Deps } from './deps.ts';
import { createFailedModules } from './failed-modules.ts';
import { createFinish } from './finish.ts';
import { createApplyProposal, createUndo } from './follow-up.ts';
import { createJudge } from './judge.ts';
import { createLimitSteps } from './limits.ts';
import { createModelCall } from './model-call.ts';
import { createCheckModels, createFindModule, createFreezePlan, createLoadPage } from './plan.ts';
import { createRecordTask } from './record.ts';
import { underMark } from './marked.ts';
import { createPrepareResearch, createWriteResearch } from './research.ts';
import { createStage } from './stage.ts';
import { tellingOfSettings } from './telling-settings.ts';
import { withToken } from './token.ts';
import { wrapAll } from './wrap.ts';

/** All activities, by the names that workflows and the Web UI know. */
export type Activities = ModuleSteps & ModelCalls & BatchSteps & BatchWaits & Commits;

/**
 * Makes the activities of a workspace's worker.
 * @param stillHere is called before each step on a module; it ends the process where the workspace was moved or removed.
 */
export function createActivities(deps: Deps, stillHere: () => void = () => undefined): Activities {
  const steps: ModuleSteps = {
    audit: createAudit(deps),
    judge: createJudge(deps),
    stage: createStage(deps),
    apply: createApply(deps),
    propose: createPropose(deps),
    finish: createFinish(deps),
    undo: createUndo(deps),
    applyProposal: createApplyProposal(deps),
    prepareResearch: createPrepareResearch(deps),
    writeResearch: createWriteResearch(deps),
  };
  const all: Activities = {
    ...lockedByModule(deps, steps, stillHere),
    review: withToken(deps, createModelCall(deps, 'review')),
    fix: withToken(deps, createModelCall(deps, 'fix')),
    research: withToken(deps, createModelCall(deps, 'research')),
    auditCommand: withToken(deps, createAuditCommand(deps)),
    freezePlan: createFreezePlan(deps),
    loadPage: createLoadPage(deps),
    findModule: createFindModule(deps),
    failedModules: createFailedModules(deps),
    checkModels: createCheckModels(deps),
    ...createLimitSteps(deps),
    recordTask: createRecordTask(deps),
    logTask: async ({ taskId, event, text }) => {
      await appendLog(deps.workspace, taskId, { subject: 'task', event, text });
      return { event, text };
    },
    commit: withToken(deps, createCommit(deps)),
    awaitFree,
  };
  return wrapAll<Activities>(tellingOfSettings(deps, all), stillHere);
}

/** Steps of one module run one after the other, each under its mark: a timed-out one may still run beside its successor. */
function lockedByModule(deps: Deps, steps: ModuleSteps, stillHere: () => void): ModuleSteps {
  const locked = Object.entries(steps).map(([step, run]) => [
    step,
    (input: StepContext) => {
      const module = moduleKey(input.module);
      const action = async (): Promise<unknown> => {
        faultPoint(`step:${step}:${module}`);
        await deps.answering(input.module);
        stillHere();
        const result = await (run as (input: unknown) => Promise<unknown>)(input);
        // What a step finds in a folder that is being removed is no result.
        stillHere();
        return result;
      };
      return deps.locks.run(module, () => underMark(deps, { module, taskId: input.taskId, step }, action));
    },
  ]);
  return Object.fromEntries(locked) as ModuleSteps;
}
