import { checkResearch, parseResearchReply } from '../src/domain/reply.ts';
import { refusedText } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import { readOptional, writeAtomic } from '../src/store/atomic.ts';
import { moduleRefs } from '../src/store/manifest.ts';
import { appendLog } from '../src/store/task-log.ts';
import type { ModuleSteps } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';
import { pathsOf, replyOf } from './versions.ts';

/** A research file of more bytes than this is there; the original's rule. */
const ENOUGH = 500;

/** Modules before this one whose titles the prompt names. */
const PRIOR = 10;

/** The first step of research: tells whether it is done, and prepares the prompt from plan and prior modules. */
export function createPrepareResearch(deps: Deps): ModuleSteps['prepareResearch'] {
  return async (input) => {
    const { module } = input;
    const paths = await pathsOf(deps, module);
    await deps.generations.raiseTo(module, module.generation);
    const there = await readOptional(paths.research);
    const file = paths.relative(paths.research);
    if (!input.force && there !== null && there.length > ENOUGH) {
      return { kind: 'already-done', detail: `${file} is there (${there.length} bytes)` };
    }
    const plan = await readOptional(paths.file('plan'));
    if (plan === null) return { kind: 'missing', detail: `there is no ${paths.relative(paths.file('plan'))}` };
    const numbers = Array.from({ length: Math.min(PRIOR, module.number - 1) }, (_, index) => module.number - 1 - index);
    const prior = moduleRefs(deps.manifest(), module.track, numbers.reverse()).map(moduleKey);
    const text = deps.prompts().research({ ref: module, plan: plan.toString('utf8'), prior, tries: [...input.tries] });
    return { kind: 'prompt', prompt: await deps.work.putPrompt(text) };
  };
}

/** Writes the research file where the reply passes its guards. */
export function createWriteResearch(deps: Deps): ModuleSteps['writeResearch'] {
  return async (input) => {
    const reply = await replyOf(deps, input.reply);
    const text = parseResearchReply(reply.text);
    const reasons = checkResearch(text, reply.finishReason);
    const paths = await pathsOf(deps, input.module);
    const log = (what: string): Promise<void> =>
      appendLog(deps.workspace, input.taskId, { subject: moduleKey(input.module), event: 'write', text: what });
    if (reasons.length > 0) {
      const reason = reasons.join('; ').slice(0, 300);
      await log(refusedText(reason));
      return { kind: 'refused', reason };
    }
    await writeAtomic(paths.research, text);
    await log(paths.relative(paths.research));
    return { kind: 'written', file: paths.relative(paths.research) };
  };
}
