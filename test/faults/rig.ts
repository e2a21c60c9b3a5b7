import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ChildProcess } from 'node:child_process';
import { expect, onTestFinished } from 'vitest';
import type { TaskRecord } from '../../src/store/records.ts';
import { createHome, finished, marked, type CliResult, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { startGeminiServer, type GeminiScript, type GeminiServer } from '../helpers/gemini-server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { googleAt, thinkingScript } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';
import { startProxy, type Proxy } from './proxy.ts';
import { leftovers } from './leftovers.ts';
import { brokenFiles, moduleStates, type ModuleStates } from './module-states.ts';
import { onlyRecord } from './outcomes.ts';
import { FaultPoints } from './points.ts';
import { woundedWorkspace, type Wound } from './wounded.ts';

export interface RigOptions {
  readonly modules: number;
  /** Latency of each call, ms; 300 where nothing is said. */
  readonly latency?: (prompt: string, n: number) => number;
  /** Answers instead of the thinking server's. */
  readonly script?: GeminiScript;
  /** Lines for batch-manager.yaml. */
  readonly settings?: string;
  readonly wound?: (number: number) => Wound;
  readonly env?: NodeJS.ProcessEnv;
  /** Whether the model is reached by a proxy that can be cut. */
  readonly proxied?: boolean;
  /** Where the workspace is made; a new folder where nothing is said. */
  readonly folder?: string;
}

/** A workspace with wounded modules, a home with an engine of its own, and a model server that counts. */
export interface Rig {
  readonly home: Home;
  readonly server: GeminiServer;
  readonly folder: string;
  readonly points: FaultPoints;
  /** The way to the model; it can be cut where the rig is proxied. */
  readonly network: Pick<Proxy, 'cut' | 'heal'>;
  /** The files of all modules as they were at the start. */
  readonly before: ModuleStates;
  /** `fix-review` over all modules. */
  readonly command: readonly string[];
  run(...args: readonly string[]): Promise<CliResult>;
  start(...args: readonly string[]): Running;
  /** Starts the task in the background; gives its id. */
  begin(...flags: readonly string[]): Promise<string>;
  /** Waits for the end of the one task; gives its record. */
  watch(): Promise<TaskRecord>;
  /** Ends the engine and checks that all files are whole, and that neither a process nor a temp file is left. */
  end(broken?: () => readonly string[]): Promise<void>;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly result: Promise<CliResult>;
}

export async function createRig(options: RigOptions): Promise<Rig> {
  const { modules, latency = () => 300, script = thinkingScript(latency), settings = '', env = {} } = options;
  const server = await startGeminiServer(script);
  onTestFinished(() => server.close());
  const points = new FaultPoints(join(tempFolder(), 'faults'));
  const scratch = tempFolder();
  const folder = options.folder ?? tempWorkspace();
  mkdirSync(join(folder, '.git'), { recursive: true });
  woundedWorkspace(folder, modules, options.wound);
  appendFileSync(join(folder, 'batch-manager.yaml'), settings);
  const proxy = options.proxied === true ? await startProxy(server.url.replace('http://', '')) : null;
  const reached = proxy === null ? {} : { GOOGLE_GEMINI_BASE_URL: `http://${proxy.address}` };
  const home = createHome({
    ...googleAt(server),
    ...reached,
    BATCH_MANAGER_FAULTS: points.folder,
    TMPDIR: scratch,
    ...env,
  });
  // The net under a test that failed on its way.
  onTestFinished(async () => void (await home.close()));
  const before = moduleStates(folder);
  const command = ['fix-review', 'tiny', '1', String(modules)];
  const start: Rig['start'] = (...args) => {
    const child = home.start(folder, args);
    return { child, pid: child.pid ?? 0, result: finished(child) };
  };
  const run: Rig['run'] = (...args) => start(...args).result;
  return {
    home,
    server,
    folder,
    points,
    network: proxy ?? { cut: notProxied, heal: notProxied },
    before,
    command,
    run,
    start,
    async begin(...flags) {
      const { stdout, stderr } = await run(...command, ...flags, '-b');
      expect({ stdout, stderr }).toMatchObject({ stdout: expect.stringMatching(/^fix-review-tiny/) });
      return stdout.trim();
    },
    async watch() {
      const { code, stderr } = await run('watch', 'latest');
      expect({ code, stderr }).toMatchObject({ code: expect.toBeOneOf([0, 1, 3]) });
      return onlyRecord(folder);
    },
    async end(broken = () => brokenFiles(folder, before)) {
      expect(broken()).toEqual([]);
      await run('down', '--now');
      await until(() => marked(home.folder).length === 0, 15_000).catch(() => undefined);
      expect(marked(home.folder).map((process) => process.command)).toEqual([]);
      expect(leftovers([folder, home.folder], scratch)).toEqual([]);
    },
  };
}

function notProxied(): never {
  throw new Error('this rig has no proxy: createRig({ proxied: true })');
}
