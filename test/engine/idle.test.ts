import { describe, expect, test } from 'vitest';
import { marked } from '../helpers/cli.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { until } from '../helpers/until.ts';
import { createEngine, up, withClient } from './harness.ts';

describe.skipIf(noTemporal)('an idle engine', () => {
  test('ends itself, once nothing was open and nobody came for the time that is set', async () => {
    const engine = createEngine(0.03);
    const startedAt = Date.now();
    const { address } = await up(engine);
    await withClient(address, async ({ workflow }) => {
      const handle = await workflow.start('anything', { taskQueue: 'nobody', workflowId: 'open', args: [] });
      await until(() => Date.now() - startedAt > 5000);
      expect(engine.pids('start-dev')).toHaveLength(1);
      await handle.terminate();
    });
    await until(() => marked(engine.home.folder).length === 0, 15_000);
    expect(await engine.home.close()).toEqual([]);
  });
});
