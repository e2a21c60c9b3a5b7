/** What a new worker clears away of its dead predecessors, beside its work. */
import { readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Deps } from '../../activities/deps.ts';
import { FILE_KINDS } from '../domain/module.ts';
import { processId } from '../process/identity.ts';
import { scratchOwner } from '../process/scratch.ts';
import { namesIn } from '../store/atomic.ts';
import { ModulePaths } from '../store/module-files.ts';
import { PROPOSALS } from '../store/proposals.ts';
import type { StepMark } from '../store/step-marks.ts';
import { sweepTemporary } from '../store/sweep.ts';

/** Folders of the state that grow with each task: they are swept only where a worker died. */
const GROWING = ['backups', PROPOSALS];

/** Removes temp files and scratch folders of dead processes. `died`: the steps in which workers died. */
export async function sweepLeftovers(deps: Deps, died: readonly StepMark[]): Promise<void> {
  const { state, tasks } = deps.workspace;
  await sweepScratch();
  for (const folder of [state, tasks]) await sweepTemporary(folder, false);
  for (const name of await namesIn(state)) if (!GROWING.includes(name)) await sweepTemporary(join(state, name), true);
  for (const { module, taskId } of died) {
    for (const name of GROWING) await sweepTemporary(join(state, name, taskId, module), true);
    for (const folder of foldersOf(deps, module)) await sweepTemporary(folder, false);
  }
}

/** The folders that a module's files lie in. */
function foldersOf(deps: Deps, module: string): Set<string> {
  const [track = '', slug = ''] = module.split('/');
  const paths = new ModulePaths(deps.manifest().folder, { track, slug, number: 0 });
  return new Set([...FILE_KINDS.map((kind) => paths.file(kind)), paths.review, paths.research].map(dirname));
}

async function sweepScratch(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = scratchOwner(name);
    if (pid === null || processId(pid) !== null) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true }).catch(() => undefined);
  }
}
