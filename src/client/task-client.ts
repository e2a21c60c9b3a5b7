import {
  WorkflowFailedError,
  WorkflowNotFoundError,
  type Client,
  type WorkflowExecutionStatusName,
} from '@temporalio/client';
import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  WorkflowExecutionAlreadyStartedError,
  WorkflowIdReusePolicy,
} from '@temporalio/common';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { failedError, notFoundError } from '../domain/errors.ts';
import { workspaceQueue } from '../domain/ids.ts';
import { formatSelection, selectionSize } from '../domain/selection.ts';
import {
  ANSWER_UPDATE,
  BATCH_WORKFLOW,
  SET_UPDATE,
  UNKNOWN_MODULE,
  type MESSAGES,
  type TASK_MESSAGES,
  type Steering,
  type BatchInput,
  type BatchResult,
  type Answer,
  type AnswerRequest,
  type TaskChanges,
} from '../../workflows/contract.ts';
import { pauseMark, taskAttributes, workspaceMark } from './attributes.ts';

/** How often an update is sent whose answer is lost. */
const ATTEMPTS = 5;

/** How long the server may take to take a cancel, ms. */
const ANSWER_MS = 5000;

/** How a batch workflow closed. */
export type Closed =
  | { readonly kind: 'completed'; readonly result: BatchResult }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'terminated' }
  | { readonly kind: 'failed'; readonly message: string };

/** What Temporal says of a batch. */
export interface Described {
  readonly status: WorkflowExecutionStatusName;
  /** As the batch marked it; null where it was never paused. */
  readonly isPaused: boolean | null;
}

/** Everything that the command line asks of Temporal. */
export class TaskClient {
  readonly client: Client;
  private readonly disconnect: () => Promise<void>;

  constructor(client: Client, disconnect: () => Promise<void>) {
    this.client = client;
    this.disconnect = disconnect;
  }

  close(): Promise<void> {
    return this.disconnect();
  }

  /** Starts a batch; false where the id is in use. */
  async start(input: BatchInput): Promise<boolean> {
    const { operation, track, selection } = input;
    try {
      await this.client.workflow.start(BATCH_WORKFLOW, {
        workflowId: input.taskId,
        taskQueue: workspaceQueue(input.workspaceId),
        args: [input],
        workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
        // The replay of a full run must fit.
        workflowTaskTimeout: '5s',
        staticSummary: `${operation} ${track} ${formatSelection(selection)}`.slice(0, 200),
        memo: { done: 0, total: selectionSize(selection) },
        typedSearchAttributes: taskAttributes(input),
      });
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  /** The batch's status; null where Temporal knows no such task. */
  async status(taskId: string): Promise<WorkflowExecutionStatusName | null> {
    return (await this.described(taskId))?.status ?? null;
  }

  /** The batch's status, and whether it is paused; null where Temporal knows no such task. */
  async described(taskId: string): Promise<Described | null> {
    try {
      const { status, typedSearchAttributes } = await this.client.workflow.getHandle(taskId).describe();
      return { status: status.name, isPaused: pauseMark(typedSearchAttributes) };
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /** Ids of a workspace's open batches; what was started a moment ago may be missing. */
  async openTasks(workspaceId: string): Promise<string[]> {
    const query = `WorkflowType='${BATCH_WORKFLOW}' AND CurWorkspace='${workspaceId}' AND ExecutionStatus='Running'`;
    const ids: string[] = [];
    for await (const { workflowId } of this.client.workflow.list({ query })) ids.push(workflowId);
    return ids;
  }

  /** The id of the workspace that a task belongs to; null where Temporal knows no such task. */
  async workspaceOf(taskId: string): Promise<string | null> {
    try {
      const { typedSearchAttributes } = await this.client.workflow.getHandle(taskId).describe();
      return workspaceMark(typedSearchAttributes);
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return null;
      throw error;
    }
  }

  /** Requests the cancel of a batch: the same as the Web UI's Cancel and `temporal workflow cancel`. */
  async cancel(taskId: string): Promise<void> {
    await this.client.withDeadline(Date.now() + ANSWER_MS, () => this.client.workflow.getHandle(taskId).cancel());
  }

  /** Sends a message of a batch as a signal: the server keeps it for a worker that does not answer. */
  async signal(taskId: string, name: keyof typeof TASK_MESSAGES, request: Steering): Promise<void> {
    await this.client.workflow.getHandle(taskId).signal(name, request);
  }

  /** Terminates a batch and whatever runs of its modules are open: for one that does not hear its cancel. */
  async terminate(taskId: string, reason: string): Promise<void> {
    await this.client.workflow.getHandle(taskId).terminate(reason);
    const open = this.client.workflow.list({ query: `CurBatch='${taskId}' AND ExecutionStatus='Running'` });
    for await (const { workflowId, runId } of open)
      await this.client.workflow.getHandle(workflowId, runId).terminate(reason).catch(ignoreClosed);
  }

  /** Waits until a batch is closed, over restarts of the server. */
  async closed(taskId: string): Promise<Closed> {
    for (let wait = 200; ; wait = Math.min(wait * 2, 5000)) {
      try {
        const result = (await this.client.workflow.getHandle(taskId).result()) as BatchResult;
        return result.drained === true ? { kind: 'stopped' } : { kind: 'completed', result };
      } catch (error) {
        if (error instanceof WorkflowFailedError) return closedBy(error);
        if (error instanceof WorkflowNotFoundError)
          throw notFoundError(`Temporal knows no task ${taskId}.\nSee: batch-manager list`);
        await sleep(wait);
      }
    }
  }

  /**
   * Sends a verb on a module to its batch. It is sent again with the same id when the answer is lost.
   * @throws UserError (failed) with the batch's reason.
   */
  module(taskId: string, verb: keyof typeof MESSAGES, module: string): Promise<Answer> {
    return this.update(taskId, verb, module);
  }

  /**
   * Changes a running task's settings. It is sent again with the same id when the answer is lost.
   * @throws UserError (failed) with the batch's reason.
   */
  set(taskId: string, changes: TaskChanges): Promise<Answer> {
    return this.update(taskId, SET_UPDATE, changes);
  }

  /**
   * Sends a message to a whole batch: pause, resume, drain, retryFailed. It is sent again with the same id when the answer is
   * lost.
   * @throws UserError (failed) with the batch's reason.
   */
  message(taskId: string, name: keyof typeof TASK_MESSAGES, request: Steering): Promise<Answer> {
    return this.update(taskId, name, request);
  }

  /**
   * Answers the question of a module. It is sent again with the same id when the answer is lost.
   * @throws UserError (failed) with the batch's reason.
   */
  answer(taskId: string, request: AnswerRequest): Promise<Answer> {
    return this.update(taskId, ANSWER_UPDATE, request);
  }

  private async update(taskId: string, name: string, argument: unknown): Promise<Answer> {
    const updateId = randomUUID();
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.client.workflow
          .getHandle(taskId)
          .executeUpdate<Answer, [unknown]>(name, { args: [argument], updateId });
      } catch (error) {
        // Lost to a run that was just continuing as new: the next one answers, once, by the same id.
        const isOpen = error instanceof WorkflowNotFoundError && (await this.status(taskId)) === 'RUNNING';
        if (error instanceof WorkflowNotFoundError && !(isOpen && attempt < ATTEMPTS)) return this.lostUpdate(taskId);
        const cause = error instanceof Error && error.name === 'WorkflowUpdateFailedError' ? error.cause : undefined;
        if (cause instanceof ApplicationFailure && cause.type === UNKNOWN_MODULE)
          throw notFoundError(`${cause.message}\nSee its modules: batch-manager show ${taskId}`);
        if (cause instanceof Error) throw failedError(cause.message);
        if (attempt === ATTEMPTS) throw error;
        await sleep(500 * attempt);
      }
    }
  }

  /** An update to a run that is just ending is lost, and so changes nothing. */
  private async lostUpdate(taskId: string): Promise<Answer> {
    const status = await this.status(taskId);
    if (status === null) throw notFoundError(`Temporal knows no task ${taskId}.\nSee: batch-manager list`);
    return { changed: false, detail: `no change: the task is ${status.toLowerCase()} already` };
  }
}

/** A run that closed meanwhile needs no end. */
function ignoreClosed(error: unknown): void {
  if (!(error instanceof WorkflowNotFoundError)) throw error;
}

function closedBy(error: WorkflowFailedError): Closed {
  const { cause } = error;
  if (cause instanceof CancelledFailure) return { kind: 'stopped' };
  if (cause instanceof TerminatedFailure) return { kind: 'terminated' };
  const root = cause?.cause ?? cause;
  return { kind: 'failed', message: root instanceof Error ? root.message : error.message };
}
