import { AsyncLocalStorage } from 'node:async_hooks';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { StopRequest } from '../src/concurrency/gates.ts';

/** How long the server may take to say what became of a workflow, ms. */
const ANSWER_MS = 2500;

/** Runs what must not end with the activity that it is called in. */
const outside = AsyncLocalStorage.snapshot();

/** The two ways in which the server ends an attempt, as signals. */
export interface AttemptSignals {
  /** The call is to end: it was cancelled, or the worker shuts down. */
  readonly ended: AbortSignal;
  /**
   * Only this attempt is over: the server heard nothing of it for too long, and has given it up, or handed it out again. The
   * machine slept, the worker was frozen, or the network was cut.
   */
  readonly gone: AbortSignal;
}

/** The signals of the attempt in hand. */
export function attemptSignals(): AttemptSignals {
  const context = Context.current();
  const { cancellationSignal } = context;
  const ended = new AbortController();
  const gone = new AbortController();
  const sort = (): void => {
    const { reason } = cancellationSignal as { reason: unknown };
    const details = context.cancellationDetails;
    const isAsked = details === undefined || details.cancelRequested || details.workerShutdown;
    if (isAsked || !(details.notFound || details.timedOut || details.reset)) return ended.abort(reason);
    // A workflow that was terminated meanwhile wants no reply. Where the server does not say, the request goes on.
    outside(() => isWorkflowClosed(context)).then(
      (isClosed) => (isClosed ? ended.abort(new StopRequest()) : gone.abort(reason)),
      () => gone.abort(reason),
    );
  };
  if (cancellationSignal.aborted) sort();
  else cancellationSignal.addEventListener('abort', sort, { once: true });
  return { ended: ended.signal, gone: gone.signal };
}

async function isWorkflowClosed({ client, info }: Context): Promise<boolean> {
  const { workflowId, runId } = info.workflowExecution ?? {};
  if (workflowId === undefined) return false;
  try {
    const describe = () => client.workflow.getHandle(workflowId, runId).describe();
    const { status } = await client.withDeadline(Date.now() + ANSWER_MS, describe);
    return status.name !== 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}
