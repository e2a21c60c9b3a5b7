/** What is measured beside ours, each on the same model server or the same engine. */
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskClient } from '../src/client/task-client.ts';
import { PACKAGE_ROOT } from '../src/version.ts';
import { finished } from '../test/helpers/cli.ts';
import type { Rig } from './rig.ts';

const file = (name: string): string => join(PACKAGE_ROOT, 'bench/contenders', name);

const modelUrl = (rig: Rig): string => `${rig.model.gemini.url}/v1beta/models/bench:generateContent`;

/** A new folder for a contender's replies, removed with the rig. */
function replies(rig: Rig): string {
  const folder = join(rig.home.folder, 'replies', randomUUID());
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function succeeded(child: ChildProcess): Promise<void> {
  const { code, stderr } = await finished(child);
  if (code !== 0) throw new Error(`a contender ended with ${code}: ${stderr.slice(0, 500)}`);
}

/** The p-limit script over so many modules. */
export function runLimitScript(rig: Rig, modules: number, concurrency: number): Promise<void> {
  const args = [file('limit-script.mjs'), modelUrl(rig), String(modules), String(concurrency), replies(rig)];
  return succeeded(spawn(process.execPath, args, { env: rig.home.env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Why GNU parallel cannot be measured here; undefined where it can. (moreutils has another program of this name.) */
export function noParallel(): string | undefined {
  const version = spawnSync('parallel', ['--version'], { encoding: 'utf8' });
  if (version.error !== undefined || !version.stdout.startsWith('GNU parallel')) return 'GNU parallel is not installed';
  return spawnSync('curl', ['--version']).error === undefined ? undefined : 'curl is not installed';
}

/** GNU parallel over so many modules, a shell with three curl calls for each. */
export function runParallel(rig: Rig, modules: number, concurrency: number): Promise<void> {
  const numbers = Array.from({ length: modules }, (_, index) => String(index));
  const command = ['sh', file('calls.sh'), modelUrl(rig), replies(rig), '{}'];
  const args = ['--will-cite', '-j', String(concurrency), ...command, ':::', ...numbers];
  return succeeded(spawn('parallel', args, { env: rig.home.env, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** The bare workflow's worker, running. */
export interface BareWorker {
  readonly pid: number;
  /** Runs so many modules with so many children open. */
  run(client: TaskClient, modules: number, window: number): Promise<void>;
  close(): Promise<void>;
}

const QUEUE = 'bare';

export async function startBareWorker(rig: Rig): Promise<BareWorker> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: file('bare-workflow.ts'),
    logger: new DefaultLogger('WARN'),
  });
  const bundle = join(rig.home.folder, 'bare-bundle.js');
  writeFileSync(bundle, code);
  const child = spawn(process.execPath, [file('bare-worker.mjs'), rig.engine().address, QUEUE, bundle], {
    env: rig.home.env,
    stdio: 'ignore',
  });
  const exited = new Promise((done) => child.once('exit', done));
  return {
    pid: child.pid ?? 0,
    async run({ client }, modules, window) {
      const options = { taskQueue: QUEUE, workflowId: `bare-${randomUUID()}`, args: [modules, window] };
      await client.workflow.execute('bareBatch', options);
    },
    async close() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
