import type { Client } from '@temporalio/client';
import { isGrpcServiceError } from '@temporalio/client';
import { failedError } from '../domain/errors.ts';
import { historyEvents, type HistoryEvent } from './history-events.ts';

/** What `status.NOT_FOUND` of gRPC is; the library itself is no dependency of ours. */
const NOT_FOUND = 5;

/**
 * The histories of all runs of a task, over continue-as-new, the first one first.
 * @throws UserError (failed) where Temporal has dropped the history of an earlier run.
 */
export async function taskHistory(client: Client, taskId: string): Promise<HistoryEvent[][]> {
  const runs: HistoryEvent[][] = [];
  for (let runId: string | undefined; ;) {
    const events = await fetchEvents(client, taskId, runId);
    if (events === null)
      throw failedError(
        `Temporal has no more the whole history of ${taskId}: it keeps one only for so long. Nothing was changed.\nSee what is there: batch-manager show ${taskId}`,
      );
    runs.unshift(events);
    const [started] = events;
    if (started?.kind !== 'started' || started.previousRun === null) return runs;
    runId = started.previousRun;
  }
}

/** The history of one run of a module; null where Temporal has dropped it. */
export function moduleHistory(
  client: Client,
  run: { workflowId: string; runId: string },
): Promise<HistoryEvent[] | null> {
  return fetchEvents(client, run.workflowId, run.runId);
}

async function fetchEvents(client: Client, workflowId: string, runId?: string): Promise<HistoryEvent[] | null> {
  try {
    return historyEvents(await client.workflow.getHandle(workflowId, runId).fetchHistory());
  } catch (error) {
    const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
    if (code === NOT_FOUND) return null;
    throw error;
  }
}
