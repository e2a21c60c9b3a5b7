/** The states in which a stop must hold the same as in any other. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { connectClient } from '../../src/client/connection.ts';
import { startTask } from '../../src/client/start.ts';
import { TaskClient } from '../../src/client/task-client.ts';
import { readSettingsFile } from '../../src/config/settings-file.ts';
import { taskSettings } from '../../src/config/task-settings.ts';
import { readIdentity, workspaceAt } from '../../src/store/workspace.ts';
import { PROGRESS_QUERY, type BatchProgress } from '../../workflows/contract.ts';
import { marked } from '../helpers/cli.ts';
import { tempFolder } from '../helpers/temp.ts';
import { dailyQuota, rateLimited, unavailable } from '../helpers/gemini-reply.ts';
import { until } from '../helpers/until.ts';
import { serverState } from '../helpers/engine-state.ts';
import { recordsOf } from './outcomes.ts';
import type { Rig, RigOptions } from './rig.ts';

/** Modules of each task: more than the window. */
export const MODULES = 20;

/** Calls in flight. */
const WIDTH = 8;

/** Time for which no call of a test waits to its end. */
const FOR_EVER_MS = 600_000;

const REACHED_MS = 60_000;

export interface StopState {
  readonly options: () => Partial<RigOptions>;
  /** Starts the task; gives its id. */
  readonly begin: (rig: Rig) => Promise<string>;
  readonly reached: (rig: Rig, id: string) => Promise<void>;
}

const begin = (rig: Rig): Promise<string> => rig.begin();

const inFlight = ({ server }: Rig): Promise<void> => until(() => server.inFlight === WIDTH, REACHED_MS);

/** So many lines of the task's log have a text. */
async function logged(rig: Rig, id: string, text: string): Promise<void> {
  const lines = async (): Promise<number> => (await rig.run('logs', id)).stdout.split(text).length - 1;
  await until(async () => (await lines()) >= WIDTH, REACHED_MS);
}

export const STATES = {
  'asks the model': {
    options: () => ({ latency: () => FOR_EVER_MS }),
    begin,
    reached: inFlight,
  },
  'waits out the back-off of its calls': {
    options: () => ({ script: unavailable }),
    begin,
    reached: (rig, id) => logged(rig, id, '; again in '),
  },
  'waits for a rate limit': {
    options: () => ({ script: () => rateLimited('60s') }),
    begin,
    reached: (rig, id) => logged(rig, id, 'waiting for google/'),
  },
  'is in a storm of 429': {
    options: () => ({ script: () => rateLimited('50s'), env: { BATCH_MANAGER_WAIT_SCALE: '0.004' } }),
    begin,
    reached: ({ server }) => until(() => server.requests.length >= 24, REACHED_MS),
  },
  'waits for a quota': {
    options: () => ({ script: () => dailyQuota() }),
    begin,
    reached: ({ folder }) => until(() => recordsOf(folder)[0]?.status === 'waiting', REACHED_MS),
  },
  'is paused, with calls that go on to their end': {
    options: () => ({ latency: () => FOR_EVER_MS }),
    begin,
    reached: async (rig, id) => {
      await inFlight(rig);
      expect(await rig.run('pause', id)).toMatchObject({ code: 0 });
      await untilOpen(rig, id, WIDTH);
    },
  },
  'drains to continue as new': {
    options: () => ({ latency: () => FOR_EVER_MS }),
    begin: (rig) => beginRun(rig, 12),
    reached: async (rig, id) => {
      await inFlight(rig);
      await untilOpen(rig, id, 12);
    },
  },
  'runs commands that ignore TERM and have children': {
    options: () => ({ settings: `audit: { command: 'sh ${stubbornScript()} {file}' }\n` }),
    begin,
    reached: (rig) => until(() => commandsOf(rig).length >= 2 * WIDTH, REACHED_MS),
  },
} satisfies Record<string, StopState>;

const STUBBORN = 'stubborn-audit.sh';

function stubbornScript(): string {
  const file = join(tempFolder(), STUBBORN);
  writeFileSync(
    file,
    `trap "" TERM\nsh -c 'trap "" TERM; while :; do sleep 1; done' ${STUBBORN} &\nwhile :; do sleep 1; done\n`,
  );
  return file;
}

/** Living processes of the commands that ignore TERM, and their children. */
export const commandsOf = ({ home }: Rig): readonly string[] =>
  marked(home.folder)
    .map(({ command }) => command)
    .filter((command) => command.includes(STUBBORN));

async function untilOpen({ home }: Rig, id: string, count: number): Promise<void> {
  const { client, connection } = await connectClient({ address: serverState(home).address });
  const open = async (): Promise<number> =>
    (await client.workflow.getHandle(id).query<BatchProgress>(PROGRESS_QUERY)).open.length;
  await until(async () => (await open()) === count, REACHED_MS);
  await connection.close();
}

/** Starts a task whose batch drains after so many starts, to continue as new: no flag of the command says how many. */
async function beginRun(rig: Rig, startsPerRun: number): Promise<string> {
  expect(await rig.run('up')).toMatchObject({ code: 0 });
  const { client, connection } = await connectClient({ address: serverState(rig.home).address });
  const workspace = workspaceAt(rig.folder);
  const { settings } = taskSettings({}, rig.home.env, readSettingsFile(workspace));
  const { taskId } = await startTask(new TaskClient(client, () => connection.close()), workspace, {
    workspaceId: readIdentity(workspace.root)?.id ?? '',
    operation: 'fix-review',
    track: 'tiny',
    selection: [[1, MODULES]],
    settings,
    startsPerRun,
  });
  await connection.close();
  return taskId;
}
