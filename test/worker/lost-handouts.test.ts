import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TaskClient } from '../../src/client/task-client.ts';
import { workspaceQueue } from '../../src/domain/ids.ts';
import { TokenStore } from '../../src/store/tokens.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { reclaim } from '../../src/worker/lost-handouts.ts';
import { batchInput } from '../helpers/scripted-activities.ts';
import { nextTaskId, withScriptedWorker } from '../helpers/scripted-worker.ts';
import { tempFolder } from '../helpers/temp.ts';
import { noTemporal, startTestServer, type TestServer } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';

const IDENTITY = `batch-manager@${hostname()}:1:1`;
let server: TestServer;

describe.skipIf(noTemporal !== undefined)('a call that the server handed out and that never arrived', () => {
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  test('is failed at once, and made; one that is in hand, or was handed out later, is left alone', async () => {
    const run = async (): Promise<void> => {
      const input = batchInput(nextTaskId(), 3);
      await new TaskClient(server.client, () => Promise.resolve()).start(input);
      const begin = Date.now();
      const taken = [await takeCall(), await takeCall(), await takeCall()].toSorted();
      const tokens = new TokenStore(workspaceAt(tempFolder()), IDENTITY);
      const [first = '', second = '', third = ''] = taken;
      tokens.put({ token: 'held', ...(await pending(first)) });
      const options = {
        connection: server.native,
        namespace: 'default',
        workspaceId: 'testworkspac',
        identity: IDENTITY,
        tokens,
      };
      // As of a moment before they were handed out none is lost.
      expect(await reclaim(options, begin - 60_000)).toBe(0);
      expect(await reclaim({ ...options, identity: 'another' }, Date.now())).toBe(0);
      expect(await reclaim(options, Date.now())).toBe(2);
      await until(async () => (await pending(second)).attempt === 2 && (await pending(third)).attempt === 2);
      expect(await pending(second)).toMatchObject({ failure: 'HandOutLost' });
      expect(await pending(first)).toMatchObject({ attempt: 1 });
      await server.client.workflow.getHandle(input.taskId).terminate();
      for (const workflowId of taken) await server.client.workflow.getHandle(workflowId).terminate();
    };
    await withScriptedWorker(server, 3, run, { enableNonLocalActivities: false });
  });
});

/** Takes a call off the queue as a worker does, and does nothing about it; gives its workflow's id. */
async function takeCall(): Promise<string> {
  const request = { namespace: 'default', taskQueue: { name: workspaceQueue('testworkspac') }, identity: IDENTITY };
  const { connection, workflowService } = server.client;
  const polled = await connection.withDeadline(Date.now() + 30_000, () =>
    workflowService.pollActivityTaskQueue(request),
  );
  return polled.workflowExecution?.workflowId ?? '';
}

async function pending(workflowId: string) {
  const { raw, runId } = await server.client.workflow.getHandle(workflowId).describe();
  const [activity] = raw.pendingActivities ?? [];
  return {
    runId,
    activityId: activity?.activityId ?? '',
    attempt: activity?.attempt ?? 0,
    failure: activity?.lastFailure?.applicationFailureInfo?.type ?? null,
  };
}
