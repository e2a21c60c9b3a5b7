import { failedWith } from '../src/domain/failed.ts';
import type { BatchSteps, FailedModulesInput } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';
import { plannedNow, planOf } from './plan.ts';

/** Modules that one message runs again at most: their list goes through history. */
const AT_ONCE = 200;

/** The modules of a task that failed, in the order of the plan: those of the record, and the ends that it does not have yet. */
export function createFailedModules(deps: Deps): BatchSteps['failedModules'] {
  return async ({ taskId, classes, unrecorded }) => {
    const failed = await failedSlugs(deps, { taskId, classes, unrecorded });
    const lines = (await planOf(deps, taskId)).filter(({ slug }) => failed.has(slug)).slice(0, AT_ONCE);
    return Promise.all(lines.map((line) => plannedNow(deps, line)));
  };
}

async function failedSlugs(deps: Deps, input: FailedModulesInput): Promise<Set<string>> {
  const { taskId, classes, unrecorded } = input;
  const record = await deps.records.get(taskId);
  const ends = new Map<string, Parameters<typeof failedWith>[0]>(Object.entries(record?.modules ?? {}));
  for (const end of unrecorded) ends.set(end.slug, end);
  return new Set([...ends].filter(([, end]) => failedWith(end, classes)).map(([slug]) => slug));
}
