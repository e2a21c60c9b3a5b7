import { MAX_CONCURRENCY } from '../src/domain/settings.ts';
import type { BatchSteps } from '../workflows/step-contract.ts';
import type { Deps } from './deps.ts';

/** The steps that steer a task's permit gate in this worker. */
export function createLimitSteps(
  deps: Deps,
): Pick<BatchSteps, 'setLimits' | 'turnBack' | 'closeGate' | 'abortModule' | 'liftGates'> {
  return {
    setLimits: async ({ taskId, concurrency, budgetUsd = 0, abort = false }) => {
      await deps.gates.setLimits(taskId, Math.min(concurrency, MAX_CONCURRENCY), budgetUsd);
      if (concurrency === 0) deps.gates.turnBack(taskId, 'paused', abort);
      deps.books.changed(taskId);
    },
    turnBack: ({ taskId }) => Promise.resolve(deps.gates.turnBack(taskId, 'settings-changed')),
    closeGate: ({ taskId }) => deps.gates.close(taskId),
    liftGates: ({ models }) => liftGates(deps, models),
    abortModule: ({ taskId, slug }) => Promise.resolve(deps.gates.abortModule(taskId, slug)),
  };
}

/** Opens the gates of models and of their addresses; gives the names of those that were closed. */
async function liftGates(deps: Deps, names: readonly string[]): Promise<string[]> {
  const keys = names.flatMap((text) => {
    const { model, name } = deps.model(text);
    return [model.addressGate(), model.gate(name)].filter((key) => key !== null);
  });
  const lifted = await Promise.all([...new Set(keys)].map((key) => deps.modelGates.lift(key)));
  return [...new Set(lifted.flatMap((gate) => (gate === null ? [] : [gate.model])))];
}
