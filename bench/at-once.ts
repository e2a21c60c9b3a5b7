/** The same work in one process and in two at once: what two of anything can reach on the machine, whatever shares it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../src/version.ts';

/** What all processes of a run took together. */
export interface Run {
  /** From the sign to begin until the last one was done, ms. */
  readonly wall: number;
  /** Processor time of all of them, ms. */
  readonly cpu: number;
}

/** Module code that is told to begin when every process has loaded it; `work` is awaited and measured. */
const measured = (load: string, work: string): string => `
  ${load}
  process.send('ready');
  process.once('message', async () => {
    const [cpu, started] = [process.cpuUsage(), performance.now()];
    await (async () => { ${work} })();
    const wall = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    process.send({ wall, cpu: (user + system) / 1000 }, () => process.disconnect());
  });`;

/** A loop that touches no memory: what it gains by a second process is all that the machine has to give. */
export const bareLoop = (times: number): string =>
  measured(
    '',
    `let x = 1; for (let i = 0; i < ${times}; i += 1) x = (Math.imul(x, 1103515245) + 12345) | 0; globalThis.x = x;`,
  );

/** The cold audit of modules of track b1, from number to number, in the process's own thread. */
export function auditOf(root: string, from: number, to: number): string {
  const built = (path: string): string => JSON.stringify(pathToFileURL(join(PACKAGE_ROOT, 'dist/src', path)).href);
  const load = `
    const { auditOne } = await import(${built('audit/track/audit-one.js')});
    const { moduleRefs, readManifest } = await import(${built('store/manifest.js')});
    const { workspaceAt } = await import(${built('store/workspace.js')});
    const { folder, ...manifest } = readManifest(workspaceAt(${JSON.stringify(root)}));
    const refs = moduleRefs({ folder, ...manifest }, 'b1', Array.from({ length: ${to - from + 1} }, (_, index) => index + ${from}));
    const options = { overrides: {}, wordTarget: 'plan' };
    const write = { last: null, keep: folder + '/.replaced' };`;
  return measured(load, 'for (const ref of refs) await auditOne({ folder, ref, options, write });');
}

/** Runs each piece of code in a process of its own, all at once. */
export async function atOnce(codes: readonly string[]): Promise<Run> {
  const children = codes.map((code) =>
    spawn(process.execPath, ['--input-type=module', '-e', code], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }),
  );
  await Promise.all(children.map((child) => once(child, 'message')));
  const done = Promise.all(children.map(resultOf));
  for (const child of children) child.send('go');
  const runs = await done;
  return { wall: Math.max(...runs.map(({ wall }) => wall)), cpu: runs.reduce((sum, { cpu }) => sum + cpu, 0) };
}

async function resultOf(child: ChildProcess): Promise<Run> {
  const [run] = (await once(child, 'message')) as [Run];
  return run;
}
