import { activityInfo } from '@temporalio/activity';
import type { Deps } from './deps.ts';

/** Keeps the task token of a long activity on disk while this worker has it in hand; see src/worker/resume.ts. */
export function withToken<I, O>(deps: Deps, run: (input: I) => Promise<O>): (input: I) => Promise<O> {
  return async (input) => {
    const { base64TaskToken: token, activityId, workflowExecution } = activityInfo();
    deps.tokens.put({ token, runId: workflowExecution?.runId ?? '', activityId });
    try {
      return await run(input);
    } finally {
      deps.tokens.remove(token);
    }
  };
}
