/** What is measured beside ours, each on the same model server or the same engine. */
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { randomUUID } from 'node:crypto';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TaskClient } from '../src/client/task-client.ts';
import { expect } from 'vitest';
import { workspaceQueue } from '../src/domain/ids.ts';
import { PACKAGE_ROOT } from '../src/version.ts';
import { builtBundle } from '../src/worker/bundle.ts';
import { finished } from '../test/helpers/cli.ts';
import { batchInput } from '../test/helpers/scripted-activities.ts';
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

/** A contender's own worker at the rig's engine, running. */
export interface ContenderWorker {
  readonly pid: number;
  /** Runs so many modules, twice as many open as run at a time. */
  run(client: TaskClient, modules: number, concurrency: number): Promise<void>;
  close(): Promise<void>;
}

function startWorker(rig: Rig, script: string, args: readonly string[]): Pick<ContenderWorker, 'pid' | 'close'> {
  const command = [file(script), rig.engine().address, ...args];
  const child = spawn(process.execPath, command, { env: rig.home.env, stdio: 'ignore' });
  const exited = new Promise((done) => child.once('exit', done));
  return {
    pid: child.pid ?? 0,
    async close() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

const BARE_QUEUE = 'bare';

/** The least that a batch on Temporal can be. */
export async function startBareWorker(rig: Rig): Promise<ContenderWorker> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: file('bare-workflow.ts'),
    logger: new DefaultLogger('WARN'),
  });
  const bundle = join(rig.home.folder, 'bare-bundle.js');
  writeFileSync(bundle, code);
  return {
    ...startWorker(rig, 'bare-worker.mjs', [BARE_QUEUE, bundle]),
    async run({ client }, modules, concurrency) {
      const options = { taskQueue: BARE_QUEUE, workflowId: `bare-${randomUUID()}`, args: [modules, 2 * concurrency] };
      await client.workflow.execute('bareBatch', options);
    },
  };
}

const EMPTY_STEPS = 'emptystepsss';

/** Our workflows with steps and calls that do nothing: what is left of ours without files and requests. */
export function startEmptySteps(rig: Rig): ContenderWorker {
  let runs = 0;
  return {
    ...startWorker(rig, 'empty-steps.mjs', [workspaceQueue(EMPTY_STEPS), builtBundle()]),
    async run(client, count, concurrency) {
      runs += 1;
      const input = batchInput(`fix-review-b1-1-9-2026112400${String(runs).padStart(4, '0')}`, count, {
        concurrency,
        prefetch: concurrency,
      });
      await client.start({ ...input, workspaceId: EMPTY_STEPS });
      expect(await client.closed(input.taskId)).toMatchObject({
        kind: 'completed',
        result: { counts: { FIXED: count } },
      });
    },
  };
}
