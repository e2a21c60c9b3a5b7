/**
 * What a new worker does before it polls, where its predecessor on this host is dead:
 * 1. closes the gate of each task that was told to stop meanwhile, so that none of its calls starts again;
 * 2. takes the open workflows off the dead worker's sticky queue, where their next task would wait for 3 s;
 * 3. fails the attempts that the dead worker had in hand: by their tokens, and by id what was handed out to it but not begun.
 * They are made again at once, not after the heartbeat time-out of 30 s. Workers out of reach are left to that time-out.
 */
import { Client, type WorkflowExecutionInfo } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import { engineError } from '../domain/errors.ts';
import type { TaskGates } from '../concurrency/gates.ts';
import type { CallToken, TokenStore } from '../store/tokens.ts';
import { BATCH_WORKFLOW } from '../../workflows/contract.ts';
import { isDeadWorker } from './worker-identity.ts';

/** Workflows or activities asked about at a time. */
const AT_ONCE = 16;

/** What is looked at: the open workflows of the workspace. */
export interface ResumeOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly workspaceId: string;
  readonly tokens: TokenStore;
  readonly gates: TaskGates;
}

/** Takes over from dead predecessors. Gives the number of attempts that were failed for them. */
export async function takeOver(options: ResumeOptions): Promise<number> {
  const client = new Client({ connection: options.connection, namespace: options.namespace });
  const left = await options.tokens.left(isDeadWorker);
  const tokens = left.flatMap(({ entries }) => entries);
  const open = await openWorkflows(client, options.workspaceId);
  const found = await inParts(open, (workflow) => lookAt(client, options, workflow));
  const known = new Set(tokens.map(({ runId, activityId }) => `${runId} ${activityId}`));
  const unbegun = found.flat().filter(({ runId, activityId }) => !known.has(`${runId} ${activityId}`));
  const failed = [
    ...(await inParts(tokens, (token) => failByToken(client, token))),
    ...(await inParts(unbegun, (activity) => succeeds(() => client.activity.fail(activity, workerDied())))),
  ];
  await Promise.all(left.map((one) => one.drop()));
  return failed.filter(Boolean).length;
}

/** @throws UserError (engine) where the namespace does not know the search attributes: nothing could be found by them. */
export async function openWorkflows(client: Client, workspaceId: string): Promise<WorkflowExecutionInfo[]> {
  const open: WorkflowExecutionInfo[] = [];
  try {
    const query = `CurWorkspace='${workspaceId}' AND ExecutionStatus='Running'`;
    for await (const workflow of client.workflow.list({ query })) open.push(workflow);
    return open;
  } catch (error) {
    const { message, cause } = error as Error;
    const text = `${message} ${cause instanceof Error ? cause.message : ''}`;
    if (!text.includes('CurWorkspace')) throw error;
    throw engineError(
      'The Temporal namespace has not the search attributes that batch-manager sets (CurWorkspace and others).\n' +
        'Make them as tools/compose/namespace.sh does, then start the worker again; see docs/cluster.md.',
      error,
    );
  }
}

export interface ActivityId {
  readonly workflowId: string;
  readonly runId: string;
  readonly activityId: string;
}

/** Closes the gate of a stopping task, frees the workflow from the dead sticky queue, and gives what a dead worker holds. */
async function lookAt(client: Client, options: ResumeOptions, workflow: WorkflowExecutionInfo): Promise<ActivityId[]> {
  const { workflowId, runId, type } = workflow;
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  if (type === BATCH_WORKFLOW && raw.workflowExtendedInfo?.cancelRequested === true)
    await options.gates.close(workflowId);
  const { namespace } = options;
  await succeeds(() =>
    options.connection.workflowService.resetStickyTaskQueue({ namespace, execution: { workflowId, runId } }),
  );
  return (raw.pendingActivities ?? []).flatMap(({ activityId, lastWorkerIdentity, state }) =>
    activityId && Number(state) === STARTED && isDeadWorker(lastWorkerIdentity ?? '')
      ? [{ workflowId, runId, activityId }]
      : [],
  );
}

/** temporal.api.enums.v1.PendingActivityState: handed out to a worker. */
export const STARTED = 2;

function failByToken(client: Client, { token }: CallToken): Promise<boolean> {
  return succeeds(() => client.activity.fail(Buffer.from(token, 'base64'), workerDied()));
}

/** The error that the Web UI shows on the next attempt. */
function workerDied(): ApplicationFailure {
  const message = 'The worker that had this call in hand died; its successor makes it again.';
  return ApplicationFailure.create({ type: 'WorkerDied', message, nextRetryDelay: '1ms' });
}

/** Whether it went through: what is gone or done meanwhile needs nothing, and a server that fails leaves the time-out. */
export async function succeeds(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch {
    return false;
  }
}

export async function inParts<T, R>(all: readonly T[], action: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let from = 0; from < all.length; from += AT_ONCE) {
    results.push(...(await Promise.all(all.slice(from, from + AT_ONCE).map(action))));
  }
  return results;
}
