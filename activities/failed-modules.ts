import { failedClass, moduleFailed } from '../src/domain/failed.ts';
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
  const ends = new Map(
    Object.entries(record?.modules ?? {}).map(([slug, { outcome, failure }]) => [slug, { outcome, failure }]),
  );
  for (const { slug, outcome, failure } of unrecorded) ends.set(slug, { outcome, failure });
  const failed = new Set<string>();
  for (const [slug, { outcome, failure }] of ends) {
    if (outcome === null || !moduleFailed(outcome)) continue;
    if (classes === null || classes.includes(failedClass({ outcome, failure }))) failed.add(slug);
  }
  return failed;
}
