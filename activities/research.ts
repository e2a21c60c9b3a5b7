import { join } from 'node:path';
import { checkResearch, parseResearchReply } from '../src/domain/reply.ts';
import { editedText, refusedText } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import { readPeoplesBytes, readPeoplesText } from '../src/files/people-file.ts';
import { sha256 } from '../src/store/atomic.ts';
import { changeName } from '../src/store/apply.ts';
import { backupFolder } from '../src/store/backups.ts';
import { moduleRefs } from '../src/store/manifest.ts';
import { appendLog } from '../src/store/task-log.ts';
import { writeRecorded } from '../src/store/write-recorded.ts';
import type { ModuleSteps } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';
import { skippedFor } from './skipped.ts';
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
    const skipped = await skippedFor(deps, input);
    if (skipped !== null) return { kind: 'skipped', detail: skipped };
    await deps.generations.raiseTo(module, module.generation);
    const there = readPeoplesBytes(paths.research);
    const file = paths.relative(paths.research);
    if (!input.force && there !== null && there.length > ENOUGH) {
      return { kind: 'already-done', detail: `${file} is there (${there.length} bytes)` };
    }
    const plan = readPeoplesText(paths.file('plan'));
    if (plan === null) return { kind: 'missing', detail: `there is no ${paths.relative(paths.file('plan'))}` };
    const numbers = Array.from({ length: Math.min(PRIOR, module.number - 1) }, (_, index) => module.number - 1 - index);
    const prior = moduleRefs(deps.manifest(), module.track, numbers.reverse()).map(moduleKey);
    const text = deps.prompts().research({ ref: module, plan, prior, tries: [...input.tries] });
    return { kind: 'prompt', prompt: await deps.work.putPrompt(text), base: there === null ? null : sha256(there) };
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
      await deps.replies.markUseless(input.reply, input.taskId);
      await log(refusedText(reason));
      return { kind: 'refused', reason };
    }
    const file = paths.relative(paths.research);
    const { taskId, module, base } = input;
    const folder = join(backupFolder(deps.workspace, taskId, module), changeName(1, sha256(text)));
    const { workspace } = deps;
    const place = { workspace, paths, kind: 'research', file: paths.research, folder, keeps: 'all', base } as const;
    const written = await writeRecorded({ ...place, text });
    if (written.kind === 'edited') {
      const detail = editedText(file, written.saved);
      await log(detail);
      return { kind: 'base-changed', detail };
    }
    await log(file);
    return { kind: 'written', file };
  };
}
