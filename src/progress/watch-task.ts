import type { Closed } from '../client/task-client.ts';
import type { Context, EngineAccess } from '../context.ts';
import { detachedError } from '../domain/errors.ts';
import { taskEnded } from '../domain/task-status.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import type { TaskRecord } from '../store/records.ts';
import { printJson } from '../views/json.ts';
import { costText } from '../views/cost.ts';
import { countsText, moduleTable, tally } from '../views/task.ts';
import { followTask } from './follow.ts';
import { onInterrupt, unlessInterrupted } from './interrupt.ts';
import { detachedText } from './start-in-workspace.ts';
import { exitCodeOf } from './task-record.ts';
import { BELL, mayTellTerminal } from './terminal.ts';

/**
 * Follows a task to its end and prints its result.
 * @throws UserError (detached) at a Ctrl-C, which says how to go on.
 */
export async function watchTask(
  context: Context,
  taskId: string,
  options: { readonly json: boolean },
): Promise<ExitCode> {
  const record = await context.records.get(taskId);
  if (record !== null && taskEnded(record.status)) return printResult(context, taskId, null, options);
  const access = await unlessInterrupted(context.engine(), () => detachedError(detachedText(taskId)));
  const { webUi } = access;
  if (webUi !== null) context.io.err(`Web UI: ${webUi}/workflows/${taskId}\n`);
  const detach = new AbortController();
  const off = onInterrupt(() => detach.abort());
  try {
    const closed = access.client.closed(taskId);
    closed.catch(() => undefined);
    const total = await totalOf(access, record, taskId);
    const end = await followTask(context, taskId, { closed, signal: detach.signal, total });
    if (end === null) throw detachedError(detachedText(taskId));
    if (mayTellTerminal(context)) context.io.screen.write(BELL);
    return await printResult(context, taskId, end, options);
  } finally {
    // Where somebody has left already, another Ctrl-C on the way out changes nothing.
    if (!detach.signal.aborted) off();
  }
}

/** Modules of the task: of the record, or where it has none yet, of the start command's range. */
async function totalOf(access: EngineAccess, record: TaskRecord | null, taskId: string): Promise<number> {
  if (record !== null) return record.total;
  const { memo } = await access.client.client.workflow.getHandle(taskId).describe();
  return Number(memo?.['total'] ?? 0);
}

async function printResult(
  context: Context,
  taskId: string,
  end: Closed | null,
  options: { readonly json: boolean },
): Promise<ExitCode> {
  const { io } = context;
  const record = await context.records.get(taskId);
  if (end?.kind === 'failed') io.err(`${end.message}\n`);
  if (record === null) return codeOf(end, null);
  if (options.json) printJson(io, record);
  else if (tally(record.counts).ended > 0) io.out(`\n${moduleTable(record, io.columns)}`);
  io.err(`\n${taskId}: ${record.status}. ${countsText(record.counts)}\n`);
  const cost = costText(record.cost);
  if (cost !== '') io.err(`${cost}\n`);
  const { notPassed } = tally(record.counts);
  if (notPassed > 0) io.err(`Why: batch-manager show ${taskId} --module SLUG\n`);
  if (Object.values(record.modules).some((module) => module.changed))
    io.err(`What changed: batch-manager diff ${taskId}\n`);
  if ((record.counts.PROPOSED ?? 0) > 0)
    io.err(`What is proposed: batch-manager diff ${taskId}\nPut it in place:  batch-manager apply ${taskId}\n`);
  return codeOf(end, record);
}

/** 0 all passed; 1 some did not, or it failed; 3 stopped. */
function codeOf(end: Closed | null, record: TaskRecord | null): ExitCode {
  if (end?.kind === 'stopped') return EXIT.stopped;
  if (end?.kind === 'failed' || end?.kind === 'terminated' || record === null) return EXIT.failed;
  return taskEnded(record.status) ? exitCodeOf(record) : EXIT.failed;
}
