import { cancellationSignal, getClient, heartbeat } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { moduleWorkflowId } from '../src/domain/ids.ts';
import type { BatchWaits } from '../workflows/step-contract.ts';

/** How often the holders are looked at, and how long in all, ms. */
const LOOK_EVERY_MS = 2000;
const LOOK_FOR_MS = 60_000;

/** Waits until one of the modules that other tasks hold is free. One activity for all of a batch: no timer a module. */
export const awaitFree: BatchWaits['awaitFree'] = async ({ workspaceId, modules }) => {
  const until = Date.now() + LOOK_FOR_MS;
  while (Date.now() < until) {
    await sleep(LOOK_EVERY_MS, undefined, { signal: cancellationSignal() });
    heartbeat({ phase: 'waiting for modules that another task holds', modules: modules.length });
    const free: string[] = [];
    for (const module of modules) if (!(await isOpen(moduleWorkflowId(workspaceId, module)))) free.push(module.slug);
    if (free.length > 0) return free;
  }
  return [];
};

async function isOpen(workflowId: string): Promise<boolean> {
  try {
    const { status } = await getClient().workflow.getHandle(workflowId).describe();
    return status.name === 'RUNNING' || status.name === 'PAUSED';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
