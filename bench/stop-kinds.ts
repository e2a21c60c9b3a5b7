/** The states in which a task is stopped, and the ways in which it is. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PROGRESS_QUERY, type BatchProgress } from '../workflows/contract.ts';
import type { TaskClient } from '../src/client/task-client.ts';
import { LimitStore } from '../src/store/limits.ts';
import { logFile } from '../src/store/task-log.ts';
import type { Workspace } from '../src/store/workspace.ts';
import { finished, marked } from '../test/helpers/cli.ts';
import { dailyQuota, rateLimited, unavailable, type GeminiReply } from '../test/helpers/gemini-reply.ts';
import { TEMPORAL_BINARY } from '../test/helpers/temporal.ts';
import { until } from '../test/helpers/until.ts';
import { cancelInWebUi } from '../test/helpers/web-ui.ts';
import type { Rig, StartOptions } from './rig.ts';
import { rounds } from './rounds.ts';

/** Modules of each task. */
export const MODULES = 40;

/** Calls in flight; the window is twice as wide. */
export const CONCURRENCY = 8;

/** A task that runs and is about to be stopped. */
export interface Running {
  readonly rig: Rig;
  readonly client: TaskClient;
  readonly workspace: Workspace;
  readonly taskId: string;
  /** Requests that the model had before it was started. */
  readonly before: number;
}

/** Asks for the stop; gives the moment of the request where that is known at once, ms. */
type Request = (running: Running) => Promise<number | null>;

export interface StopKind {
  readonly name: string;
  /** Targets of the last abort and of the closed task, p95, ms. */
  readonly targets: readonly [abort: string, closed: string];
  readonly rounds: number;
  /** Time of a call, ms. */
  readonly latencyMs: number;
  readonly refusal: (() => GeminiReply) | null;
  readonly options: StartOptions;
  /** Brings a task that was just started to the state in which it is stopped. */
  ready(running: Running, round: number): Promise<void>;
  readonly request: Request;
}

/** As the stop command does it: hold first, then the cancel request. */
const byCommand: Request = async ({ client, workspace, taskId }) => {
  await new LimitStore(workspace).hold(taskId);
  const requested = Date.now();
  await client.cancel(taskId);
  return requested;
};

const twice: Request = async (running) => {
  const [requested] = await Promise.all([byCommand(running), byCommand(running)]);
  return requested;
};

/** No hold file stands: the gate is closed by the worker, once it has heard of the cancel. */
const byWebUi: Request = async ({ rig, taskId }) => {
  await cancelInWebUi(rig.home, taskId);
  return null;
};

const byTemporal: Request = async ({ rig, taskId }) => {
  const args = ['workflow', 'cancel', '--address', rig.engine().address, '-w', taskId];
  await finished(spawn(TEMPORAL_BINARY, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
  return null;
};

const LONG_MS = 120_000;
const BASIC: StopKind = {
  name: '8 in flight, 8 waiting',
  targets: ['100', '600'],
  rounds: rounds(),
  latencyMs: LONG_MS,
  refusal: null,
  options: {},
  ready: async (running) => {
    await until(() => running.rig.model.gemini.inFlight === CONCURRENCY);
    await untilOpen(running, 2 * CONCURRENCY);
  },
  request: byCommand,
};

/**
 * Calls that end one after the other, so that at any moment others are about to start. Each module is one call, anew each
 * time: a burst of child starts that does not end, with the target of such a burst.
 */
const MOVING: StopKind = {
  ...BASIC,
  name: 'calls come and go',
  targets: ['200', '600'],
  latencyMs: 300,
  options: { flags: { reviewOnly: true, cache: false } },
  ready: ({ rig, before }) => until(() => rig.model.gemini.requests.length >= before + 12),
};

const refused = (name: string, refusal: () => GeminiReply, ready: StopKind['ready']): StopKind => ({
  ...BASIC,
  name,
  targets: ['-', '600'],
  latencyMs: 0,
  refusal,
  // Else a reply that an earlier round kept would be found.
  options: { flags: { cache: false } },
  ready,
});

/** All that can be measured in a workspace without an audit command. */
export const KINDS: readonly StopKind[] = [
  BASIC,
  {
    ...BASIC,
    name: '20-120 ms after the start',
    targets: ['200', '600'],
    ready: async (_, round) => {
      // A moment, not a wait for anything: somewhere in the burst of child starts.
      await sleep(20 + (100 * round) / BASIC.rounds);
    },
  },
  MOVING,
  { ...BASIC, name: 'sent twice', request: twice },
  { ...MOVING, name: 'from the Web UI, calls come and go', request: byWebUi },
  { ...MOVING, name: 'by `temporal workflow cancel`, calls come and go', request: byTemporal },
  refused('8 in retry back-off (503)', unavailable, (running) => untilLogged(running, '; again in ', CONCURRENCY)),
  refused(
    'rate wait: 8 wait for a minute (429)',
    () => rateLimited('60s'),
    (running) => untilLogged(running, ' waiting for google/', CONCURRENCY),
  ),
  refused(
    'rate wait: a storm of 429, 0.2 s each',
    () => rateLimited('0.2s'),
    ({ rig, before }) => until(() => rig.model.gemini.requests.length >= before + 24),
  ),
  {
    ...BASIC,
    name: 'paused, 8 calls go on to their end',
    ready: async (running) => {
      await BASIC.ready(running, 0);
      await running.client.message(running.taskId, 'pause', {});
      await untilOpen(running, CONCURRENCY);
    },
  },
  {
    ...BASIC,
    name: 'drains to continue as new, 12 open',
    options: { startsPerRun: 12 },
    ready: async (running) => {
      await until(() => running.rig.model.gemini.inFlight === CONCURRENCY);
      await untilOpen(running, 12);
    },
  },
  {
    // Each module starts and closes before all of them wait: seconds a round, and nothing is open that could be slow to end.
    ...refused(
      'WAIT: the quota is used up',
      () => dailyQuota(),
      (running) => until(async () => (await progress(running)).waiting === MODULES, 60_000),
    ),
    rounds: rounds(0.5),
  },
];

/** Sixteen commands a round that take two seconds to kill, and a worker for the workspace: a few rounds say as much. */
export const STUBBORN: StopKind = {
  ...BASIC,
  name: '16 audit commands that ignore TERM, each with a child',
  targets: ['-', '4000'],
  rounds: Math.min(5, rounds()),
  ready: ({ rig }) => until(() => stubborn(rig) >= 2 * 16, 60_000),
};

/** Living processes of the audit commands of `STUBBORN`, and of their children. */
export const stubborn = ({ home }: Rig): number =>
  marked(home.folder).filter(({ command }) => /stubborn\.sh|sleep 3333/.test(command)).length;

/** What the audit command of `STUBBORN` is. */
export const STUBBORN_SCRIPT = 'trap "" TERM\nsleep 3333 &\nwhile :; do sleep 1; done\n';

function progress({ client, taskId }: Running): Promise<BatchProgress> {
  return client.client.workflow.getHandle(taskId).query<BatchProgress>(PROGRESS_QUERY);
}

/** So many modules are open, and their calls have come to the gate: of that last nothing tells. */
async function untilOpen(running: Running, count: number): Promise<void> {
  await until(async () => (await progress(running)).open.length === count);
  await sleep(700);
}

/** So many lines of the task's log have a text. */
function untilLogged({ workspace, taskId }: Running, text: string, count: number): Promise<void> {
  const lines = (): number => readFileSync(logFile(workspace, taskId), 'utf8').split(text).length - 1;
  return until(() => existsSync(logFile(workspace, taskId)) && lines() >= count, 60_000);
}
