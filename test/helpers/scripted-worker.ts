import { Worker, type WorkerOptions } from '@temporalio/worker';
import { expect } from 'vitest';
import { workspaceQueue } from '../../src/domain/ids.ts';
import { bundlePath } from '../../src/worker/bundle.ts';
import { collect } from './collect.ts';
import { scriptedActivities, type Script } from './scripted-activities.ts';
import { tempFolder } from './temp.ts';
import type { TestServer } from './temporal.ts';

let number = 0;

/** A task id that no other test of this file has. */
export const nextTaskId = (): string => `fix-review-b1-1-9-2026112400${String((number += 1)).padStart(4, '0')}`;

/**
 * Runs a worker with scripted activities over a plan of `modules` as long as `run` takes, and then replays all that ran: a
 * worker that dies must not find that its successor takes another way.
 */
export async function withScriptedWorker<T>(
  server: TestServer,
  modules: number,
  run: (script: Script) => Promise<T>,
  options: Partial<WorkerOptions> = {},
): Promise<T> {
  const { script, activities } = scriptedActivities(modules, tempFolder());
  const worker = await Worker.create({
    connection: server.native,
    taskQueue: workspaceQueue('testworkspac'),
    workflowBundle: { codePath: bundlePath() },
    activities,
    maxConcurrentActivityTaskExecutions: 400,
    maxHeartbeatThrottleInterval: '1s',
    ...options,
  });
  const from = new Date().toISOString();
  const result = await worker.runUntil(run(script));
  await expectReplays(server, from);
  return result;
}

async function expectReplays(server: TestServer, from: string): Promise<void> {
  const runs = await collect(server.client.workflow.list({ query: `StartTime >= '${from}'` }));
  async function* histories() {
    for (const { workflowId, runId } of runs)
      yield { workflowId, history: await server.client.workflow.getHandle(workflowId, runId).fetchHistory() };
  }
  const results = Worker.runReplayHistories({ workflowBundle: { codePath: bundlePath() } }, histories());
  for await (const { workflowId, error } of results) expect({ workflowId, error }).toEqual({ workflowId });
}
