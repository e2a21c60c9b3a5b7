/** Workers are there for the workspaces with open tasks, and for no others. */
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { Client } from '@temporalio/client';
import { describe, expect, test } from 'vitest';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { createEngine, up, withClient } from './harness.ts';

const WORKSPACES = ['aa', 'bb', 'cc', 'dd'];
const workspaceKey = defineSearchAttributeKey('CurWorkspace', SearchAttributeType.KEYWORD);

/** An open workflow of a workspace; nobody works on it. */
function open({ workflow }: Client, workspace: string) {
  const typedSearchAttributes = new TypedSearchAttributes([{ key: workspaceKey, value: workspace }]);
  return workflow.start('anything', {
    taskQueue: 'nobody',
    workflowId: `open-${workspace}`,
    args: [],
    typedSearchAttributes,
  });
}

describe.skipIf(noTemporal)('of many workspaces', () => {
  test('only those with open tasks keep a worker; another gets its own back when a command asks', async () => {
    const engine = createEngine(0, 1500);
    const serving = (): string[] =>
      engine
        .state()
        .workers.map(({ workspaceId }) => workspaceId)
        .sort();
    const { address } = await up(engine, WORKSPACES[0]);
    await withClient(address, async (client) => {
      const [first] = [await open(client, 'aa'), await open(client, 'cc')];
      for (const workspace of WORKSPACES) await up(engine, workspace);
      await until(() => serving().join() === 'aa,cc' && engine.pids('worker.mjs').length === 2, 40_000);
      await up(engine, 'bb');
      expect(serving()).toEqual(['aa', 'bb', 'cc']);
      await first.terminate();
      await until(() => serving().join() === 'cc', 40_000);
      expect(engine.pids('start-dev')).toHaveLength(1);
    });
    expect(await engine.stop()).toMatchObject({ code: 0 });
    expect(await engine.home.close()).toEqual([]);
  });
});
