import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, contextOf, resolveTask } from '../context.ts';
import { detachedError } from '../domain/errors.ts';
import { parseLogLine } from '../domain/log-line.ts';
import { taskEnded } from '../domain/task-status.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { readLog } from '../store/task-log.ts';
import { newCommand, type Wiring } from './command.ts';
import { onInterrupt } from '../progress/interrupt.ts';
import { detachedText } from '../progress/start-in-workspace.ts';
import { findModule } from '../progress/task-record.ts';

/** How often a followed log is looked at, ms. */
const LOOK_EVERY_MS = 300;

interface LogsOptions {
  readonly id: string;
  readonly follow?: boolean | undefined;
  readonly module?: string | undefined;
}

/** `logs`: the log of a task, whole or of one module. */
export function newLogsCommand(wiring: Wiring, run = runLogs): CommandUnknownOpts {
  const command = newCommand('logs', [
    ['Follow the newest task', 'logs latest -f'],
    ['What happened to one module', 'logs latest --module 06-aspect-complete-system'],
  ])
    .argument('<id>', 'task id, the start of one, or latest')
    .option('-f, --follow', 'go on until the task has ended')
    .option('--module <slug>', 'only lines of one module: slug or number');
  command.action(async (id, flags) => wiring.done(await run(await contextOf(wiring.context(), id), { id, ...flags })));
  return command;
}

async function runLogs(context: Context, options: LogsOptions): Promise<ExitCode> {
  const taskId = await resolveTask(context, options.id);
  const subject = await subjectOf(context, taskId, options.module);
  const left = new AbortController();
  if (options.follow === true) onInterrupt(() => left.abort());
  const isWhole = await printLog(context, taskId, subject, options.follow === true ? left.signal : null);
  if (!isWhole && left.signal.aborted) throw detachedError(detachedText(taskId));
  return EXIT.ok;
}

/**
 * Prints what a log says of a subject; with a signal it goes on until the task has ended or the signal is aborted.
 * @returns whether the task has ended.
 */
async function printLog(
  context: Context,
  taskId: string,
  subject: string | null,
  follow: AbortSignal | null,
): Promise<boolean> {
  for (let offset = 0; ;) {
    // Asked before the read: lines that are written between the two are read the next time.
    const record = await context.records.get(taskId);
    const read = await readLog(context.workspace, taskId, offset);
    const lines = read.lines.filter((line) => subject === null || parseLogLine(line)?.subject === subject);
    context.io.out(lines.map((line) => `${line}\n`).join(''));
    const ended = record !== null && taskEnded(record.status);
    if (read.offset === offset && (ended || follow === null || follow.aborted)) return ended;
    if (read.offset === offset)
      await sleep(LOOK_EVERY_MS, null, follow === null ? {} : { signal: follow }).catch(() => null);
    ({ offset } = read);
  }
}

async function subjectOf(context: Context, taskId: string, module: string | undefined): Promise<string | null> {
  const record = module === undefined ? null : await context.records.get(taskId);
  if (record === null || module === undefined) return module ?? null;
  return `${record.track}/${findModule(record, module)[0]}`;
}
