/**
 * Which replies open tasks may ask for again, to get back to their places. A task's prompts cannot be told beforehand, but the
 * ledgers name the module that each reply was got for; a reply that no ledger names may be anybody's.
 */
import type { Context } from '../context.ts';
import { failedError } from '../domain/errors.ts';
import { moduleKey } from '../domain/module.ts';
import { taskEnded } from '../domain/task-status.ts';
import { LedgerStore } from '../store/ledger.ts';

export interface NeededReplies {
  /** Open tasks. */
  readonly tasks: readonly string[];
  /** Whether one of them may need the reply with this key. */
  has(key: string): boolean;
}

/** @throws UserError (failed) where a record cannot be read: nobody knows what its task needs. */
export async function neededReplies(context: Context): Promise<NeededReplies> {
  const { records, unreadable } = await context.records.scan();
  const [damaged] = unreadable;
  if (damaged !== undefined) throw failedError(`Nothing was removed: ${damaged.message}`);
  const open = records.filter((record) => !taskEnded(record.status));
  const known = new Set(records.map((record) => record.task_id));
  const fresh = await startedWithoutRecord(context, known);
  const tasks = [...open.map((record) => record.task_id), ...fresh];
  if (tasks.length === 0) return { tasks, has: () => false };
  if (fresh.length > 0) return { tasks, has: () => true };
  const modules = new Set(
    open.flatMap(({ track, modules }) => Object.keys(modules).map((slug) => moduleKey({ track, slug }))),
  );
  const owners = await ownersOfReplies(new LedgerStore(context.workspace));
  return { tasks, has: (key) => owners.get(key)?.some((module) => modules.has(module)) ?? true };
}

/** Tasks that were started a moment ago, or while no worker was there to write their record. */
async function startedWithoutRecord(context: Context, known: ReadonlySet<string>): Promise<string[]> {
  const ids = ((await (await context.starts())?.ids()) ?? []).filter((id) => !known.has(id));
  if (ids.length === 0) return [];
  const engine = await context.engineIfUp();
  if (engine === null) return ids;
  const statuses = await Promise.all(ids.map((id) => engine.client.status(id)));
  return ids.filter((_, index) => statuses[index] === 'RUNNING' || statuses[index] === 'PAUSED');
}

/** The modules that each reply was got for, by its key. */
async function ownersOfReplies(ledger: LedgerStore): Promise<ReadonlyMap<string, readonly string[]>> {
  const owners = new Map<string, string[]>();
  for (const taskId of await ledger.tasks()) {
    for (const line of await ledger.lines(taskId)) {
      if (line.kind !== 'asked') continue;
      const modules = owners.get(line.reply) ?? [];
      if (!modules.includes(line.module)) owners.set(line.reply, [...modules, line.module]);
    }
  }
  return owners;
}
