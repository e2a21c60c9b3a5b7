import { TypedError } from '../src/domain/failure.ts';
import type { MarkedStep } from '../src/store/step-marks.ts';
import type { Deps } from './deps.ts';

/** Deaths of a worker, while it ran a module's step alone, after which the module is given up. */
const MAX_DEATHS = 3;

/**
 * Runs a step under its mark, so that a module which ends the worker's process is found: after a death the modules whose
 * steps were in hand run alone, and one over which the worker dies alone three times ends as ERROR, while the others go on.
 * @throws TypedError `Bug` for such a module; a retry tries it anew.
 */
export async function underMark<T>(deps: Deps, step: MarkedStep, action: () => Promise<T>): Promise<T> {
  const deaths = deps.marks.deaths(step.module);
  if (deaths === null) return deps.inHand.shared(() => marked(deps, step, false, action));
  if (deaths < MAX_DEATHS) return deps.inHand.alone(() => marked(deps, step, true, action));
  deps.marks.clear(step.module);
  throw new TypedError(
    'Bug',
    `The worker's process died ${deaths} times while it ran ${step.step} of ${step.module} and nothing else. ` +
      `Look at the module's files, then: batch-manager retry ${step.taskId} --module ${step.module.split('/')[1]}`,
  );
}

async function marked<T>(deps: Deps, step: MarkedStep, alone: boolean, action: () => Promise<T>): Promise<T> {
  deps.marks.mark(step, alone);
  try {
    return await action();
  } finally {
    deps.marks.clear(step.module);
  }
}
