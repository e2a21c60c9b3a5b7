/** A home with an engine, a workspace of small lessons and a client: what benches run on. */
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { connectClient } from '../src/client/connection.ts';
import { startTask } from '../src/client/start.ts';
import { TaskClient } from '../src/client/task-client.ts';
import { readSettingsFile } from '../src/config/settings-file.ts';
import { taskSettings, type SettingFlags } from '../src/config/task-settings.ts';
import { workspaceAt, readIdentity, type Workspace } from '../src/store/workspace.ts';
import { createHome, type Home } from '../test/helpers/cli.ts';
import { engineState } from '../test/helpers/engine-state.ts';
import { tinyWorkspace } from '../test/helpers/lesson.ts';
import { googleAt } from '../test/helpers/thinking-server.ts';
import { startModelServer, type ModelServer } from './model-server.ts';

/** Processes and files of a running engine. */
export interface Engine {
  readonly address: string;
  readonly database: string;
  readonly server: number;
  readonly worker: number;
  readonly supervisor: number;
  /** Whether a spare worker is warm. */
  readonly spareWarm: boolean;
}

export interface StartOptions {
  readonly of?: Workspace;
  /** Flags beside model and concurrency. */
  readonly flags?: SettingFlags;
  /** Modules that are started before the batch drains, to continue as new. */
  readonly startsPerRun?: number;
}

export interface Rig {
  readonly model: ModelServer;
  readonly home: Home;
  readonly workspace: Workspace;
  /** The engine as it is now. */
  engine(): Engine;
  /** Starts the engine with a worker for a workspace (its own), and connects a client to it; the caller closes that. */
  connect(of?: Workspace): Promise<TaskClient>;
  /** Starts a task over modules `from` to `to` of a workspace (its own); gives its id. */
  start(client: TaskClient, from: number, to: number, concurrency: number, options?: StartOptions): Promise<string>;
  /** Ends all processes and removes all files; fails where a process survived. */
  close(): Promise<void>;
}

export async function createRig(modules: number): Promise<Rig> {
  const model = await startModelServer();
  const home = createHome(googleAt(model.gemini));
  const workspace = workspaceAt(realpathSync(mkdtempSync(join(tmpdir(), 'batch-manager-bench-'))));
  tinyWorkspace(workspace.root, modules);
  const engine = (): Engine => readEngine(home);
  return {
    model,
    home,
    workspace,
    engine,
    async connect(of = workspace) {
      expect(await home.run(of.root, ['up'])).toMatchObject({ code: 0 });
      const { client, connection } = await connectClient({ address: engine().address });
      return new TaskClient(client, () => connection.close());
    },
    async start(client, from, to, concurrency, { of = workspace, flags = {}, startsPerRun } = {}) {
      const all = { model: 'google/gemini-2.5-flash', concurrency: String(concurrency), ...flags };
      const { settings } = taskSettings(all, {}, readSettingsFile(of));
      const { taskId } = await startTask(client, of, {
        workspaceId: readIdentity(of.root)?.id ?? '',
        operation: 'fix-review',
        track: 'tiny',
        selection: [[from, to]],
        settings,
        ...(startsPerRun !== undefined && { startsPerRun }),
      });
      return taskId;
    },
    async close() {
      const survivors = await home.close();
      await model.gemini.close();
      rmSync(workspace.root, { recursive: true, force: true });
      expect(survivors).toEqual([]);
      expect(model.gemini.scriptErrors).toEqual([]);
    },
  };
}

function readEngine(home: Home): Engine {
  const { supervisor, server, workers } = engineState(home);
  const [worker] = workers;
  return {
    address: server?.address ?? '',
    database: server?.database ?? '',
    server: server?.pid ?? 0,
    worker: worker?.pid ?? 0,
    supervisor: supervisor.pid,
    spareWarm: worker !== undefined && worker.spare !== null && saidWarm(home, worker.workspaceId) === worker.spare.pid,
  };
}

/** The spare that last said that it is warm. */
function saidWarm(home: Home, workspaceId: string): number {
  const file = join(home.folder, `state/batch-manager/workspaces/${workspaceId}.spare`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid : 0;
}
