/** What a task costs the engine: history events, requests to the server, processor time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskClient } from '../src/client/task-client.ts';
import { collect } from '../test/helpers/collect.ts';
import { cpuSeconds } from './process-facts.ts';
import { serverCalls } from './server-calls.ts';

/** Costs a module. */
export interface Cost {
  readonly serverCpuMs: number;
  readonly workerCpuMs: number;
  /** Of the bench itself, in which client and model run. */
  readonly benchCpuMs: number;
  /** Requests to the server, long polls among them. */
  readonly requests: number;
  /** The most frequent requests with their number a module. */
  readonly operations: Readonly<Record<string, number>>;
}

/** The server brings its counts up to date once a second, ms. */
const COUNTED_AFTER_MS = 1200;

/** Measures what the processes spend while something runs, a module. */
export async function costOf(
  pids: { readonly server: number; readonly worker: number },
  modules: number,
  run: () => Promise<void>,
): Promise<Cost> {
  await sleep(COUNTED_AFTER_MS);
  const callsBefore = await serverCalls(pids.server);
  const spent = (): { server: number; worker: number; bench: number } => ({
    server: cpuSeconds(pids.server),
    worker: cpuSeconds(pids.worker),
    bench: cpuSeconds(process.pid),
  });
  const before = spent();
  await run();
  const after = spent();
  await sleep(COUNTED_AFTER_MS);
  const callsAfter = await serverCalls(pids.server);
  const operations = [...callsAfter]
    .map(([name, count]) => [name, (count - (callsBefore.get(name) ?? 0)) / modules] as const)
    .filter(([, count]) => count >= 0.01)
    .toSorted(([, a], [, b]) => b - a);
  return {
    serverCpuMs: ((after.server - before.server) * 1000) / modules,
    workerCpuMs: ((after.worker - before.worker) * 1000) / modules,
    benchCpuMs: ((after.bench - before.bench) * 1000) / modules,
    requests: operations.reduce((sum, [, count]) => sum + count, 0),
    operations: Object.fromEntries(operations.map(([name, count]) => [name, Math.round(count * 100) / 100])),
  };
}

/** History lengths of a task: of each run of its batch, and of its modules. */
export interface Events {
  readonly batchRuns: readonly number[];
  readonly fewest: number;
  readonly most: number;
  readonly mean: number;
}

/** Counts once the server's list shows all modules: it lags behind by some ms. */
export async function eventsOf({ client }: TaskClient, taskId: string, modules: number): Promise<Events> {
  const lengths = async (query: string): Promise<number[]> =>
    (await collect(client.workflow.list({ query }))).map((run) => run.historyLength ?? Number.NaN);
  const closed = `ExecutionStatus != 'Running'`;
  for (let tries = 0; ; tries += 1) {
    const children = await lengths(`CurBatch = '${taskId}' AND WorkflowType = 'fixReviewModule' AND ${closed}`);
    const batchRuns = await lengths(`WorkflowId = '${taskId}' AND ${closed}`);
    if (children.length < modules && tries < 50) {
      await sleep(100);
      continue;
    }
    const mean = children.reduce((sum, length) => sum + length, 0) / children.length;
    return { batchRuns, fewest: Math.min(...children), most: Math.max(...children), mean };
  }
}
