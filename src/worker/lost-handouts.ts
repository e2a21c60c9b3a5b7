/**
 * Calls that a server handed out to this worker while it was dying: they count as begun, and nobody has them. Without this
 * they stand still until the heartbeat time-out, 30 s. Only the embedded server is watched: a cluster does not die whole.
 */
import { Client } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { NativeConnection } from '@temporalio/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import { serverStart } from '../engine/state.ts';
import type { TokenStore } from '../store/tokens.ts';
import { inParts, openWorkflows, STARTED, succeeds, type ActivityId } from './resume.ts';

/** How often it is looked whether the server is another one, ms. */
const LOOK_EVERY_MS = 1000;

/** How often it is tried to ask a server that is coming up. */
const TRIES = 30;

/** Activities of which the worker keeps a token as long as it has them in hand. */
const CALLS: ReadonlySet<string> = new Set(['review', 'fix', 'research', 'auditCommand']);

export interface ReclaimOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly workspaceId: string;
  /** Identity of this worker. */
  readonly identity: string;
  readonly tokens: TokenStore;
}

/** Reclaims after each restart of the server at the address, until the signal is aborted. */
export async function reclaimAfterRestarts(
  options: ReclaimOptions,
  address: string,
  signal: AbortSignal,
): Promise<void> {
  let known = serverStart(address);
  while (!signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    const now = serverStart(address);
    if (now === null || now.process === known?.process) continue;
    known = now;
    for (let tries = 0; tries < TRIES && !signal.aborted; tries += 1) {
      if (await succeeds(() => reclaim(options, now.at))) break;
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Fails what was handed out to this worker before a moment (ms) and never arrived; gives how many. */
export async function reclaim(options: ReclaimOptions, before: number): Promise<number> {
  const { connection, namespace, workspaceId } = options;
  const client = new Client({ connection, namespace });
  const open = await openWorkflows(client, workspaceId);
  const lost = (await inParts(open, (workflow) => lostOf(client, options, workflow, before))).flat();
  const failed = await inParts(lost, (activity) => succeeds(() => client.activity.fail(activity, handOutLost())));
  return failed.filter(Boolean).length;
}

async function lostOf(
  client: Client,
  { identity, tokens }: ReclaimOptions,
  { workflowId, runId }: { readonly workflowId: string; readonly runId: string },
  before: number,
): Promise<ActivityId[]> {
  const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
  return (raw.pendingActivities ?? []).flatMap((pending) => {
    const { activityId, activityType, lastWorkerIdentity, lastStartedTime, state } = pending;
    const isHere = Number(state) === STARTED && lastWorkerIdentity === identity && CALLS.has(activityType?.name ?? '');
    if (!activityId || !isHere || Number(lastStartedTime?.seconds ?? 0) * 1000 > before) return [];
    return tokens.has({ runId, activityId }) ? [] : [{ workflowId, runId, activityId }];
  });
}

/** The error that the Web UI shows on the next attempt. */
function handOutLost(): ApplicationFailure {
  const message = 'The server died while it handed this call out, and it never arrived; it is made now.';
  return ApplicationFailure.create({ type: 'HandOutLost', message, nextRetryDelay: '1ms' });
}
