import { wroteText } from '../src/domain/log-texts.ts';
import { moduleKey } from '../src/domain/module.ts';
import { applyVersion, backupFolder } from '../src/store/apply.ts';
import { appendLog } from '../src/store/task-log.ts';
import type { ModuleSteps } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';
import { pathsOf } from './versions.ts';

/** Puts an accepted candidate in its base's place. */
export function createApply(deps: Deps): ModuleSteps['apply'] {
  return async (input) => {
    const paths = await pathsOf(deps, input.module);
    const result = await applyVersion({
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
