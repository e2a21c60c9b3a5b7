import type { ModuleRef } from '../src/domain/module.ts';
import { GitError } from '../src/git/repository.ts';
import { uncommittedModules } from '../src/git/uncommitted-modules.ts';
import { appliedRounds, backupFolder } from '../src/store/backups.ts';
import type { StepContext } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';

/**
 * Why a module is skipped for a person's uncommitted changes; null where it is not. The plan says whether it had some; one
 * that was committed since is looked at again, and what the task itself has written by now is no person's.
 */
export async function skippedFor(deps: Deps, { taskId, module, settings }: StepContext): Promise<string | null> {
  // What changes no module has nothing to be careful of.
  if (settings.gitDirty !== 'skip' || settings.reviewOnly || settings.propose) return null;
  const plan = await deps.plans.get(taskId);
  if (plan?.find(({ slug }) => slug === module.slug)?.skipped !== true) return null;
  if ((await appliedRounds(backupFolder(deps.workspace, taskId, module))).length > 0) return null;
  return (await whyToSkip(deps, module))?.slice(0, MAX_REASON) ?? null;
}

/** Characters of a reason: with what stands around it, it stays under the 500 of a module's detail. */
const MAX_REASON = 450;

async function whyToSkip(deps: Deps, module: ModuleRef): Promise<string | null> {
  const { folder } = deps.manifest();
  const { signal } = new AbortController();
  try {
    const found = await uncommittedModules({ workspace: deps.workspace, folder, refs: [module], signal });
    const files = found?.get(module.slug);
    return files === undefined
      ? null
      : `uncommitted changes in ${files.join(', ')}; commit them, then start the same command again`;
  } catch (error) {
    if (error instanceof GitError) return `git cannot tell whether it has uncommitted changes: ${error.message}`;
    throw error;
  }
}
