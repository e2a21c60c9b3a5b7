import { AsyncLocalStorage } from 'node:async_hooks';
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import { StopRequest } from '../src/concurrency/gates.ts';

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

/**
 * The signals of the attempt in hand. `onEnded` is called where an attempt has gone because its workflow is closed: nobody
 * comes back for what it began.
 */
export function attemptSignals(onEnded: (reason: Error) => void): AttemptSignals {
  const context = Context.current();
  const { cancellationSignal } = context;
  const ended = new AbortController();
  const gone = new AbortController();
  const sort = (): void => {
    const details = context.cancellationDetails;
    const isAsked = details === undefined || details.cancelRequested || details.workerShutdown;
    if (isAsked || !(details.notFound || details.timedOut || details.reset))
      return ended.abort(cancellationSignal.reason);
    gone.abort(cancellationSignal.reason);
    outside(() => isWorkflowClosed(context)).then(
      (isClosed) => isClosed && onEnded(new StopRequest()),
      // The server does not answer: the request goes on, and its reply is kept.
      () => undefined,
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
    return (await client.workflow.getHandle(workflowId, runId).describe()).status.name !== 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}
