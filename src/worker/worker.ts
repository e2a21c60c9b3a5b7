import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type NativeConnectionOptions,
} from '@temporalio/worker';
import { setTimeout as sleep } from 'node:timers/promises';
import { createActivities } from '../../activities/index.ts';
import { workspaceQueue } from '../domain/ids.ts';
import type { Workspace } from '../store/workspace.ts';
import { builtBundle } from './bundle.ts';
import { createDeps } from './deps.ts';
import { takeOver } from './resume.ts';
import { workerIdentity } from './worker-identity.ts';

/** Where the worker connects to. */
export interface WorkerAddress {
  readonly connection: NativeConnectionOptions;
  readonly namespace: string;
}

export interface WorkerOptions {
  readonly workspace: Workspace;
  readonly workspaceId: string;
  readonly address: WorkerAddress;
  /** pid and start time, so that a successor can prove that this process is dead. */
  readonly processId: { readonly pid: number; readonly startTime: string };
  readonly env: NodeJS.ProcessEnv;
  /** Called once the worker is made and about to poll. */
  readonly onReady: () => void;
}

/** Heartbeats are sent once a second: their answer brings a cancel to a call that no local abort reached. */
const HEARTBEAT_THROTTLE = '1s';

/** Activity slots stand far above any window: a waiting call holds one, and without a free one nothing is dispatched eagerly. */
const ACTIVITY_SLOTS = 400;

/** Runs a workspace's worker until SIGINT or SIGTERM. An outage of the server is waited out. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  Runtime.install({
    logger: new DefaultLogger('WARN'),
    shutdownSignals: ['SIGINT', 'SIGTERM'],
    telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'WARN' }), forward: {} } },
  });
  const identity = workerIdentity(options.processId);
  const { deps, close } = createDeps(options.workspace, options.env, identity);
  const connection = await connect(options.address.connection);
  try {
    const { namespace } = options.address;
    const { workspaceId } = options;
    // Before the worker holds the connection: what fails here is to be told, not that the connection cannot be closed.
    await takeOver({ connection, namespace, workspaceId, tokens: deps.tokens, gates: deps.gates });
    const worker = await Worker.create({
      connection,
      namespace: options.address.namespace,
      taskQueue: workspaceQueue(options.workspaceId),
      identity,
      workflowBundle: { codePath: builtBundle() },
      activities: createActivities(deps),
      maxConcurrentActivityTaskExecutions: ACTIVITY_SLOTS,
      maxConcurrentLocalActivityExecutions: ACTIVITY_SLOTS,
      maxConcurrentWorkflowTaskExecutions: 40,
      maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
      defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
      stickyQueueScheduleToStartTimeout: '3s',
      shutdownGraceTime: '10s',
      shutdownForceTime: '25s',
    });
    options.onReady();
    await worker.run();
  } finally {
    await connection.close();
    await close();
  }
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
