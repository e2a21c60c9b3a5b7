/** Takes a task to the state of a kind, stops it, and measures what becomes of its calls and processes. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { TaskClient } from '../src/client/task-client.ts';
import type { Workspace } from '../src/store/workspace.ts';
import { cancelRequestedAt } from '../test/helpers/cancel-request.ts';
import { until } from '../test/helpers/until.ts';
import type { Rig } from './rig.ts';
import { CONCURRENCY, MODULES, stubborn, type Running, type StopKind } from './stop-kinds.ts';

/** One stop. Times are from the cancel request, ms. */
export interface Stop {
  /** Until the last of the calls in flight was over; null where none was. */
  readonly lastAbort: number | null;
  readonly closed: number;
  /** Until the last process of an audit command was gone; null where none ran. */
  readonly lastProcess: number | null;
  /** Calls that started after the request. */
  readonly late: number;
  readonly inFlight: number;
}

export async function measureStop(
  rig: Rig,
  client: TaskClient,
  workspace: Workspace,
  kind: StopKind,
  round: number,
): Promise<Stop> {
  const { model } = rig;
  Object.assign(model, { latencyMs: kind.latencyMs, refusal: kind.refusal });
  const before = model.gemini.requests.length;
  const taskId = await rig.start(client, 1, MODULES, CONCURRENCY, { of: workspace, ...kind.options });
  const running = { rig, client, workspace, taskId, before };
  await kind.ready(running, round);
  const stop = await stopped(running, kind);
  // What a provider asked to wait for is kept for all tasks; the next one is to ask anew.
  rmSync(join(rig.home.folder, 'state/batch-manager/gates'), { recursive: true, force: true });
  return stop;
}

async function stopped(running: Running, kind: StopKind): Promise<Stop> {
  const { rig, client, taskId, before } = running;
  const hadProcesses = stubborn(rig) > 0;
  const said = await kind.request(running);
  const gone = hadProcesses ? until(() => stubborn(rig) === 0).then(() => Date.now()) : null;
  expect(await client.closed(taskId)).toEqual({ kind: 'stopped' });
  const closedAt = Date.now();
  const goneAt = await gone;
  // A program of its own, or the Web UI's server, was on its way to the server first.
  const requested = said ?? (await cancelRequestedAt(client.client, taskId));
  await until(() => rig.model.gemini.inFlight === 0);
  const calls = rig.model.gemini.requests.slice(before);
  const overAt = ({ abortedAt, endedAt }: (typeof calls)[number]): number => abortedAt ?? endedAt ?? Number.NaN;
  const inFlight = calls.filter((call) => call.startedAt <= requested && !(overAt(call) <= requested));
  return {
    lastAbort: inFlight.length === 0 ? null : Math.max(...inFlight.map(overAt)) - requested,
    closed: closedAt - requested,
    lastProcess: goneAt === null ? null : goneAt - requested,
    late: calls.filter((call) => call.startedAt > requested).length,
    inFlight: inFlight.length,
  };
}
