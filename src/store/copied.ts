/** What a copy of a workspace brought along that speaks of the original: it is history here, and steers nothing. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { taskEnded } from '../domain/task-status.ts';
import { namesIn } from './atomic.ts';
import { countOutcomes, RecordStore, type ModuleRecord, type TaskRecord } from './records.ts';
import type { Workspace } from './workspace.ts';

/** Parts of the state that act on tasks: pointers to open ones, permits and holds, calls and steps in hand. */
const ACTING = ['starts', 'limits', 'tokens', 'steps'];

/**
 * Takes the original's open tasks out of a copy: their records stay readable and say where the tasks go on, and what would
 * act on them goes. Replies, backups, proposals and plans stay: they are of the texts that were copied with them.
 */
export async function closeCopied(workspace: Workspace, original: string): Promise<void> {
  const locks = (await namesIn(workspace.state)).filter((name) => /\.lock(?:\.|$)/.test(name));
  for (const name of [...ACTING, ...locks]) await rm(join(workspace.state, name), { recursive: true, force: true });
  const records = new RecordStore(workspace);
  for (const record of await records.list()) {
    if (!taskEnded(record.status)) await records.put(ofOriginal(record, original, new Date().toISOString()));
  }
}

function ofOriginal(record: TaskRecord, original: string, now: string): TaskRecord {
  const detail = 'not ended when the workspace was copied';
  const close = (module: ModuleRecord): ModuleRecord =>
    module.outcome === null ? { ...module, outcome: 'STOPPED', detail, question: null } : module;
  const modules = Object.fromEntries(Object.entries(record.modules).map(([slug, module]) => [slug, close(module)]));
  return {
    ...record,
    status: 'terminated',
    reason: `this workspace is a copy of ${original}, where the task goes on`,
    wait: null,
    updated_at: now,
    ended_at: now,
    counts: countOutcomes(modules),
    modules,
  };
}
