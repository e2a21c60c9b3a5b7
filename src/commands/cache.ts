import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { readAge } from '../config/duration.ts';
import type { Context } from '../context.ts';
import { usageError } from '../domain/errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { withLock } from '../process/lock.ts';
import { neededReplies } from '../progress/needed-replies.ts';
import { ReplyStore } from '../store/replies.ts';
import { removeReply, replyFiles, toPrune, type ReplyFile } from '../store/reply-files.ts';
import { startLock } from '../store/starts.ts';
import { plainTable } from '../views/table.ts';
import { shortTime } from '../views/task.ts';
import { newCommand, type Wiring } from './command.ts';
import { printJson } from '../views/json.ts';

interface CacheOptions {
  readonly list?: boolean | undefined;
  readonly prune?: boolean | undefined;
  readonly olderThan?: string | undefined;
  readonly maxSize?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `cache`: the replies that were paid for and are kept. */
export function newCacheCommand(wiring: Wiring, run = runCache): CommandUnknownOpts {
  const command = newCommand('cache', [
    ['How much is kept', 'cache'],
    ['Which ones', 'cache --list'],
    ['Remove what is older than 90 days', 'cache --prune --older-than 90d'],
    ['Keep the newest 500 MB', 'cache --prune --max-size 500MB'],
  ])
    .option('--list', 'list them, the oldest first')
    .option('--prune', 'remove replies; with --older-than, --max-size or both')
    .option('--older-than <time>', 'remove replies that are older: 90d, 12h')
    .option('--max-size <size>', 'remove the oldest until the rest is at most this: 500MB, 2GB')
    .option('--json', 'print the result as JSON');
  command.action(async (flags) => wiring.done(await run(wiring.context(), flags)));
  return command;
}

async function runCache(context: Context, options: CacheOptions): Promise<ExitCode> {
  const files = await replyFiles(context.workspace);
  if (options.list === true) return listReplies(context, files, options);
  const pruned = options.prune === true ? await pruneAlone(context, files, options) : refuseLimits(options);
  const removed = new Set(pruned.removed);
  const kept = files.filter((file) => !removed.has(file));
  const oldest = kept[0] === undefined ? null : timeOf(kept[0]);
  const result = {
    replies: kept.length,
    bytes: sizeOf(kept),
    oldest,
    removed: pruned.removed.length,
    removed_bytes: sizeOf(pruned.removed),
    open_tasks: pruned.openTasks,
  };
  if (options.json === true) printJson(context.io, result);
  else {
    const since = oldest === null ? '' : `, the oldest of ${shortTime(oldest)} UTC`;
    const gone =
      options.prune === true ? `${result.removed} replies removed (${sizeText(result.removed_bytes)}). ` : '';
    context.io.out(`${gone}${result.replies} replies are kept (${sizeText(result.bytes)})${since}.\n`);
    if (pruned.openTasks.length > 0) context.io.err(openTasksText(pruned.openTasks));
  }
  return EXIT.ok;
}

const sizeOf = (some: readonly ReplyFile[]): number => some.reduce((sum, { size }) => sum + size, 0);
const timeOf = (file: ReplyFile): string => new Date(file.at).toISOString();

const openTasksText = (tasks: readonly string[]): string =>
  `What these open tasks may need again was not removed:\n${tasks.map((id) => `  ${id}`).join('\n')}\n`;

/** Prints the replies, the oldest first. */
async function listReplies(context: Context, files: readonly ReplyFile[], options: CacheOptions): Promise<ExitCode> {
  if (options.prune === true) throw usageError('Give --list or --prune, not both.');
  refuseLimits(options);
  const replies = new ReplyStore(context.workspace);
  const rows: { key: string; at: string; ask: string; model: string; bytes: number; useful: boolean }[] = [];
  for (const file of files) {
    const reply = await replies.get(file.key);
    const { ask, model } = reply ?? { ask: 'damaged', model: '' };
    const useful = reply !== null && reply.useless === undefined;
    rows.push({ key: file.key, at: timeOf(file), ask, model, bytes: file.size, useful });
  }
  if (options.json === true) printJson(context.io, rows);
  else
    context.io.out(
      plainTable(
        ['GOT (UTC)', 'ASK', 'MODEL', 'SIZE', 'KEY'],
        rows.map(({ key, at, ask, model, bytes, useful }) => {
          const what = useful || ask === 'damaged' ? ask : `${ask} (no use)`;
          return [shortTime(at), what, model, sizeText(bytes), key.slice(0, 12)];
        }),
        { columns: context.io.columns, flexible: 'MODEL' },
      ),
    );
  return EXIT.ok;
}

interface Pruned {
  readonly removed: readonly ReplyFile[];
  /** Tasks whose replies were spared. */
  readonly openTasks: readonly string[];
}

function refuseLimits({ olderThan, maxSize }: CacheOptions): Pruned {
  if (olderThan === undefined && maxSize === undefined) return { removed: [], openTasks: [] };
  throw usageError('Nothing was removed: --older-than and --max-size are for --prune.');
}

/** Removes replies, but none that an open task may need to get back to its place. No task starts meanwhile. */
function pruneAlone(context: Context, files: readonly ReplyFile[], options: CacheOptions): Promise<Pruned> {
  const limit = limitOf(options);
  return withLock(
    startLock(context.workspace),
    async () => {
      const needed = await neededReplies(context);
      const removed = toPrune(files, limit, ({ key }) => needed.has(key));
      removed.forEach(removeReply);
      return { removed, openTasks: needed.tasks };
    },
    { waitMs: 30_000, what: 'a start in this workspace' },
  );
}

function limitOf({ olderThan, maxSize }: CacheOptions): { before: number; size: number } {
  if (olderThan === undefined && maxSize === undefined)
    throw usageError('Remove what? Give --older-than or --max-size.\nSee: batch-manager cache --help');
  return {
    before: olderThan === undefined ? 0 : Date.now() - readAge(olderThan, '--older-than'),
    size: maxSize === undefined ? Number.POSITIVE_INFINITY : readSize(maxSize),
  };
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 };

/** `500MB`, `2 GB`, or bytes. */
function readSize(text: string): number {
  const [, number, unit = 'B'] = /^(\d+(?:\.\d+)?)\s*([KMG]?B)?$/i.exec(text.trim()) ?? [];
  if (number !== undefined) return Number(number) * (UNITS[unit.toUpperCase()] ?? 1);
  throw usageError(`--max-size must be a size such as 500MB or 2GB, but got "${text}".`);
}

function sizeText(bytes: number): string {
  const [unit, factor] = Object.entries(UNITS).findLast(([, value]) => bytes >= value) ?? ['B', 1];
  return `${(bytes / factor).toFixed(factor === 1 ? 0 : 1)} ${unit}`;
}
