/**
 * Stops that somebody wants, and that the server may not have taken. The command line writes a hold before it sends its cancel
 * request; where the server hangs, or the command dies in between, the worker sees the stop through:
 * 1. a few seconds later it closes the task's gate and aborts its calls by itself;
 * 2. as soon as the server answers it requests the cancel, unless that is done;
 * 3. once the task is closed it takes the hold away: one that came too late, or for a task that had ended, holds nothing up.
 */
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskGates } from '../concurrency/gates.ts';
import type { LimitStore } from '../store/limits.ts';
import { appendLog } from '../store/task-log.ts';
import type { Workspace } from '../store/workspace.ts';

/** How often holds are looked for, ms. */
const LOOK_EVERY_MS = 1000;

/** How long a stop has to come by itself, ms: by the command's request, its batch closes the gate within half a second. */
const BY_ITSELF_MS = 3000;

/** How long the server may take to answer, ms. */
const ANSWER_MS = 2500;

export interface StopsOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly workspace: Workspace;
  readonly limits: LimitStore;
  readonly gates: TaskGates;
}

/** Sees all stops through until the signal is aborted. */
export async function seeStopsThrough(options: StopsOptions, signal: AbortSignal): Promise<void> {
  const client = new Client({ connection: options.connection, namespace: options.namespace });
  const aborted = new Set<string>();
  while (!signal.aborted) {
    const late = options.limits.holds().filter(({ ageMs }) => ageMs >= BY_ITSELF_MS);
    // One that fails is tried again a second later: the server hangs, or the disk is full.
    for (const { taskId } of late) await seeThrough(client, options, taskId, aborted).catch(() => undefined);
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
  }
}

async function seeThrough(client: Client, options: StopsOptions, taskId: string, aborted: Set<string>): Promise<void> {
  // Before the server is asked: the calls cost money whether it answers or not.
  if (!aborted.has(taskId)) {
    await options.gates.close(taskId);
    aborted.add(taskId);
  }
  const state = await client.withDeadline(Date.now() + ANSWER_MS, () => stateOf(client, taskId));
  if (state === 'closed') {
    await options.limits.release(taskId);
    aborted.delete(taskId);
  } else if (state === 'open') {
    await client.withDeadline(Date.now() + ANSWER_MS, () => client.workflow.getHandle(taskId).cancel());
    const text = 'the server had not taken the stop; it has now';
    await appendLog(options.workspace, taskId, { subject: 'task', event: 'stop', text });
  }
}

/** `stopping`: it has the cancel, and closes. */
async function stateOf(client: Client, taskId: string): Promise<'open' | 'stopping' | 'closed'> {
  try {
    const { status, raw } = await client.workflow.getHandle(taskId).describe();
    if (status.name !== 'RUNNING') return 'closed';
    return raw.workflowExtendedInfo?.cancelRequested === true ? 'stopping' : 'open';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'closed';
    throw error;
  }
}
