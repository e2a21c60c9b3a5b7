import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type NativeConnectionOptions,
} from '@temporalio/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Deps } from '../../activities/deps.ts';
import { createActivities } from '../../activities/index.ts';
import { workspaceQueue } from '../domain/ids.ts';
import { appendLog } from '../store/task-log.ts';
import type { StepMark } from '../store/step-marks.ts';
import type { Workspace } from '../store/workspace.ts';
import { builtBundle } from './bundle.ts';
import { createDeps } from './deps.ts';
import { reclaimAfterRestarts } from './lost-handouts.ts';
import { takeOver } from './resume.ts';
import { takeBackLeft } from '../store/under-way.ts';
import { seeStopsThrough, type StopsOptions } from './stops.ts';
import { sweepLeftovers } from './sweep.ts';
import { isDeadWorker, workerIdentity } from './worker-identity.ts';

/** Where the worker connects to. */
export interface WorkerAddress {
  readonly connection: NativeConnectionOptions;
  readonly namespace: string;
}

export interface WorkerOptions {
  readonly workspace: Workspace;
  readonly workspaceId: string;
  /** Called before each step on a module: ends the process where the workspace is no longer the worker's. */
  readonly stillHere: () => void;
  readonly address: WorkerAddress;
  /** pid and start time, so that a successor can prove that this process is dead. */
  readonly processId: { readonly pid: number; readonly startTime: string };
  readonly env: NodeJS.ProcessEnv;
  /** Gives the environment in which keys, addresses and proxies are looked for, as it is now. */
  readonly environment: () => NodeJS.ProcessEnv;
  /** Takes the workspace's worker lock; a spare waits for it as long as another worker holds it. */
  readonly takeLock: () => void | Promise<void>;
  /** Called once a spare is made and waits for the lock; null for a worker that is none. */
  readonly onWarm: (() => void) | null;
  /** Called once the worker is made, holds the lock, and is about to poll. */
  readonly onReady: () => void;
  readonly onWarning: (message: string) => void;
}

/** Heartbeats are sent once a second: their answer brings a cancel to a call that no local abort reached. */
const HEARTBEAT_THROTTLE = '1s';

/** Activity slots stand far above any window: a waiting call holds one, and without a free one nothing is dispatched eagerly. */
const ACTIVITY_SLOTS = 400;

/**
 * Runs a workspace's worker until SIGINT or SIGTERM. An outage of the server is waited out. A spare makes all first and
 * waits then: so it polls a quarter of a second after the worker's death, and not a second and a half.
 */
export async function runWorker(options: WorkerOptions): Promise<void> {
  Runtime.install({
    logger: new DefaultLogger('WARN'),
    shutdownSignals: ['SIGINT', 'SIGTERM'],
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN' }), forward: {} } },
  });
  const { onWarm, onReady } = options;
  const { deps, close } = createDeps(
    options.workspace,
    options.env,
    workerIdentity(options.processId),
    options.workspaceId,
    options.environment,
  );
  const connection = await connect(options.address.connection);
  const ended = new AbortController();
  let beside: Promise<unknown> = Promise.resolve();
  try {
    let died = onWarm === null ? await takePlace(options, connection, deps) : [];
    const worker = await createWorker(options, connection, deps);
    if (onWarm !== null) {
      onWarm();
      died = await takePlace(options, connection, deps);
    }
    // Before the work: a file of a module may be away from its place.
    await takeBackLeft(options.workspace).catch((error: unknown) =>
      options.onWarning(`Cannot take back what was left half done: ${String(error)}`),
    );
    onReady();
    // Beside the work: it must not keep the first call waiting, and what it cannot clear away now the next worker does.
    sweepLeftovers(deps, died).catch((error: unknown) => options.onWarning(`Cannot clear away: ${String(error)}`));
    beside = Promise.all([
      reclaim(options, connection, deps, ended.signal),
      seeStopsThrough(stopsOf(options, connection, deps), ended.signal),
    ]);
    await worker.run();
  } finally {
    ended.abort();
    await beside;
    // A worker that was made but never ran holds it still: what ended it is to be told, not that.
    await connection.close().catch(() => undefined);
    await close();
  }
}

const stopsOf = ({ address, workspace }: WorkerOptions, connection: NativeConnection, deps: Deps): StopsOptions => ({
  connection,
  namespace: address.namespace,
  workspace,
  limits: deps.limits,
  gates: deps.gates,
});

function reclaim(
  { address, workspaceId }: WorkerOptions,
  connection: NativeConnection,
  { tokens, identity }: Deps,
  signal: AbortSignal,
): Promise<void> {
  const { namespace } = address;
  const about = { connection, namespace, workspaceId, identity, tokens };
  return reclaimAfterRestarts(about, address.connection.address ?? '', signal);
}

/** Takes the lock, and over from a dead predecessor; gives the steps in which one died. */
async function takePlace(options: WorkerOptions, connection: NativeConnection, deps: Deps): Promise<StepMark[]> {
  await options.takeLock();
  const died = await deps.marks.takeUp(isDeadWorker);
  for (const { taskId, module, step, deaths } of died) {
    const times = deaths === 0 ? '' : ` (alone, ${deaths} ${deaths === 1 ? 'time' : 'times'})`;
    const text = `the worker died while it was in hand${times}; it runs alone now`;
    await appendLog(options.workspace, taskId, { subject: module, event: step, text });
  }
  const { workspaceId } = options;
  const { namespace } = options.address;
  await takeOver({ connection, namespace, workspaceId, tokens: deps.tokens, gates: deps.gates });
  return died;
}

function createWorker(options: WorkerOptions, connection: NativeConnection, deps: Deps): Promise<Worker> {
  return Worker.create({
    connection,
    namespace: options.address.namespace,
    taskQueue: workspaceQueue(options.workspaceId),
    identity: deps.identity,
    workflowBundle: { codePath: builtBundle() },
    activities: createActivities(deps, options.stillHere),
    maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
    maxConcurrentLocalActivityExecutions: ACTIVITY_SLOTS,
    maxConcurrentWorkflowTaskExecutions: 40,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    stickyQueueScheduleToStartTimeout: '3s',
    shutdownGraceTime: '10s',
    shutdownForceTime: '25s',
  });
}

/** Connects, again and again while the server is starting. */
async function connect(options: NativeConnectionOptions): Promise<NativeConnection> {
  for (let wait = 100; ; wait = Math.min(wait * 2, 5000)) {
    try {
      return await NativeConnection.connect(options);
    } catch (error) {
      if (wait >= 5000) throw error;
      await sleep(wait);
    }
  }
}
