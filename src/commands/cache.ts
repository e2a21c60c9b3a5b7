import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { readDuration } from '../config/task-settings.ts';
import type { Context } from '../context.ts';
import { failedError, usageError } from '../domain/errors.ts';
import { taskEnded } from '../domain/task-status.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { removeReply, replyFiles, toPrune, type ReplyFile } from '../store/reply-files.ts';
import { shortTime } from '../views/task.ts';
import { newCommand, type Wiring } from './command.ts';
import { printJson } from '../views/json.ts';

interface CacheOptions {
  readonly prune?: boolean | undefined;
  readonly olderThan?: string | undefined;
  readonly maxSize?: string | undefined;
  readonly json?: boolean | undefined;
}

/** `cache`: the replies that were paid for and are kept. */
export function newCacheCommand(wiring: Wiring, run = runCache): CommandUnknownOpts {
  const command = newCommand('cache', [
    ['How much is kept', 'cache'],
    ['Remove what is older than 90 days', 'cache --prune --older-than 90d'],
    ['Keep the newest 500 MB', 'cache --prune --max-size 500MB'],
  ])
    .option('--prune', 'remove replies; with --older-than, --max-size or both')
    .option('--older-than <time>', 'remove replies that are older: 90d, 12h')
    .option('--max-size <size>', 'remove the oldest until the rest is at most this: 500MB, 2GB')
    .option('--json', 'print the result as JSON');
  command.action(async (flags) => wiring.done(await run(wiring.context(), flags)));
  return command;
}

async function runCache(context: Context, options: CacheOptions): Promise<ExitCode> {
  const files = await replyFiles(context.workspace);
  const removed = options.prune === true ? await prune(context, files, options) : refuseLimits(options);
  const kept = files.filter((file) => !removed.includes(file));
  const sizeOf = (some: readonly ReplyFile[]): number => some.reduce((sum, { size }) => sum + size, 0);
  const oldest = kept[0] === undefined ? null : new Date(kept[0].at).toISOString();
  const result = {
    replies: kept.length,
    bytes: sizeOf(kept),
    oldest,
    removed: removed.length,
    removed_bytes: sizeOf(removed),
  };
  if (options.json === true) printJson(context.io, result);
  else {
    const since = oldest === null ? '' : `, the oldest of ${shortTime(oldest)} UTC`;
    const gone =
      options.prune === true ? `${result.removed} replies removed (${sizeText(result.removed_bytes)}). ` : '';
    context.io.out(`${gone}${result.replies} replies are kept (${sizeText(result.bytes)})${since}.\n`);
  }
  return EXIT.ok;
}

function refuseLimits({ olderThan, maxSize }: CacheOptions): ReplyFile[] {
  if (olderThan === undefined && maxSize === undefined) return [];
  throw usageError('Nothing was removed: --older-than and --max-size are for --prune.');
}

/** Removes replies, while no task is open: one may need any of them to get back to its place. */
async function prune(context: Context, files: readonly ReplyFile[], options: CacheOptions): Promise<ReplyFile[]> {
  const { olderThan, maxSize } = options;
  if (olderThan === undefined && maxSize === undefined)
    throw usageError('Remove what? Give --older-than or --max-size.\nSee: batch-manager cache --help');
  const before = olderThan === undefined ? 0 : Date.now() - readDuration(olderThan, '--older-than');
  const size = maxSize === undefined ? Number.POSITIVE_INFINITY : readSize(maxSize);
  const open = (await context.records.list()).filter((record) => !taskEnded(record.status));
  if (open.length > 0) {
    const ids = open.map((record) => `  ${record.task_id}`).join('\n');
    throw failedError(`Nothing was removed: open tasks may need their replies again.\n${ids}\nSee: batch-manager list`);
  }
  const removed = toPrune(files, { before, size });
  removed.forEach(removeReply);
  return removed;
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
