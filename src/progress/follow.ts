import { setTimeout as sleep } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { readLog } from '../store/task-log.ts';
import { advance, NO_PROGRESS, type Progress } from './progress.ts';
import { mayTellTerminal, Title } from './terminal.ts';
import { liveView } from './view.ts';

/** How often the log is looked at, ms. */
const LOOK_EVERY_MS = 250;

/** Lines of a terminal that does not say how many it has. */
const USUAL_ROWS = 24;

/** Lines of a terminal that the live view leaves free. */
const MARGIN = 6;

/** Draws the live view, or prints the log's lines where there is no terminal. */
interface Screen {
  lines(lines: readonly string[], progress: Progress, total: number): void;
  done(): void;
}

async function screen(context: Context, taskId: string): Promise<Screen> {
  const { io } = context;
  if (!io.live) return { lines: (lines) => lines.forEach((line) => io.err(`${line}\n`)), done: () => undefined };
  const { createLogUpdate } = await import('log-update');
  const { screen: terminal } = io;
  const update = createLogUpdate(terminal);
  const title = mayTellTerminal(context) ? new Title((text) => void terminal.write(text)) : null;
  return {
    lines(_, progress, total) {
      title?.show(`${progress.ended.size}/${total} ${taskId}`);
      // Asked each time: a terminal may change its size.
      const size = { columns: terminal.columns, rows: (terminal.rows || USUAL_ROWS) - MARGIN };
      update(liveView(progress, total, Date.now(), size));
    },
    done() {
      update.done();
      title?.giveBack();
    },
  };
}

/**
 * Follows a task's log until `closed` settles or the signal is aborted.
 * @returns how it ended, or null after an abort.
 */
export async function followTask<T>(
  context: Context,
  taskId: string,
  options: {
    readonly closed: Promise<T>;
    readonly signal: AbortSignal;
    readonly total: number;
  },
): Promise<T | null> {
  const view = await screen(context, taskId);
  let offset = 0;
  let progress = NO_PROGRESS;
  let end: { value: T } | undefined;
  const closed = options.closed.then((value) => void (end = { value }));
  try {
    for (;;) {
      const closing = end !== undefined;
      const read = await readLog(context.workspace, taskId, offset);
      offset = read.offset;
      progress = advance(progress, read.lines);
      view.lines(read.lines, progress, options.total);
      if (closing && end !== undefined) return end.value;
      if (options.signal.aborted) return null;
      await Promise.race([closed, sleep(LOOK_EVERY_MS, undefined, { signal: options.signal }).catch(() => undefined)]);
    }
  } finally {
    view.done();
  }
}

/** What a task's log tells as it is now. */
export async function readProgress(context: Context, taskId: string): Promise<Progress> {
  let progress = NO_PROGRESS;
  for (let offset = 0; ;) {
    const read = await readLog(context.workspace, taskId, offset);
    if (read.offset === offset) return progress;
    progress = advance(progress, read.lines);
    ({ offset } = read);
  }
}
