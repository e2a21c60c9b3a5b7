import { MAX_CONCURRENCY } from '../src/domain/settings.ts';
import type { BatchSteps } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';

/** The steps that steer a task's permit gate in this worker. */
export function createLimitSteps(deps: Deps): Pick<BatchSteps, 'setLimits' | 'turnBack' | 'closeGate' | 'abortModule'> {
  return {
    setLimits: async ({ taskId, concurrency, budgetUsd = 0, abort = false }) => {
      await deps.gates.setLimits(taskId, Math.min(concurrency, MAX_CONCURRENCY), budgetUsd);
      if (concurrency === 0) deps.gates.turnBack(taskId, 'paused', abort);
      deps.books.changed(taskId);
    },
    turnBack: ({ taskId }) => Promise.resolve(deps.gates.turnBack(taskId, 'settings-changed')),
    closeGate: ({ taskId }) => deps.gates.close(taskId),
    abortModule: ({ taskId, slug }) => Promise.resolve(deps.gates.abortModule(taskId, slug)),
  };
}
