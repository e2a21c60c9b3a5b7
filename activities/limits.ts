import { MAX_CONCURRENCY } from '../src/domain/settings.ts';
import type { BatchSteps } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';

/** The steps that steer a task's permit gate in this worker. */
export function createLimitSteps(deps: Deps): Pick<BatchSteps, 'setLimits' | 'closeGate' | 'abortModule'> {
  return {
    setLimits: async ({ taskId, concurrency, budgetUsd = 0 }) => {
      await deps.gates.setLimits(taskId, Math.min(concurrency, MAX_CONCURRENCY), budgetUsd);
      deps.books.changed(taskId);
    },
    closeGate: ({ taskId }) => deps.gates.close(taskId),
    abortModule: ({ taskId, slug }) => Promise.resolve(deps.gates.abortModule(taskId, slug)),
  };
}
