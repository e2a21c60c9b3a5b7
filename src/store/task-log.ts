import { appendFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { formatLogLine, parseLogLine, type LogLine } from '../domain/log-line.ts';
import { inFolder, isInTheWay, isNotFound } from './atomic.ts';
import type { Workspace } from './workspace.ts';

/** How much of a log's end is read to know what a module last did, bytes. */
const TAIL = 256 * 1024;

/** The path of a task's log. */
export function logFile(workspace: Workspace, taskId: string): string {
  return join(workspace.tasks, `${taskId}.output`);
}

/** Appends one event to a task's log; a line is one write, so that `tail -f` never sees half of one. */
export async function appendLog(workspace: Workspace, taskId: string, line: Omit<LogLine, 'at'>): Promise<void> {
  const text = `${formatLogLine({ at: new Date().toISOString(), ...line })}\n`;
  try {
    inFolder(workspace.tasks, () => appendFileSync(logFile(workspace, taskId), text));
  } catch (error) {
    // Something else has the log's name, or that of its folder: a line is lost, a call that was paid must not be.
    if (!isInTheWay(error)) throw error;
  }
}

/** The whole lines from a byte offset on, and the offset after them; at most `limit` bytes at a time. A log that was made again is read from its start. */
export async function readLog(
  workspace: Workspace,
  taskId: string,
  offset: number,
  limit = 1 << 20,
): Promise<{ lines: string[]; offset: number }> {
  const buffer = Buffer.alloc(limit);
  const { from, read } = await readAt(logFile(workspace, taskId), buffer, offset);
  const end = buffer.subarray(0, read).lastIndexOf(0x0a) + 1;
  const lines = end === 0 ? [] : buffer.toString('utf8', 0, end - 1).split('\n');
  return { lines, offset: from + end };
}

async function readAt(file: string, buffer: Buffer, offset: number): Promise<{ from: number; read: number }> {
  try {
    const handle = await open(file, 'r');
    try {
      const from = (await handle.stat()).size < offset ? 0 : offset;
      return { from, read: (await handle.read(buffer, 0, buffer.length, from)).bytesRead };
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isNotFound(error) || isInTheWay(error)) return { from: offset, read: 0 };
    throw error;
  }
}

/** The last lines of a task's log that say something of a subject, oldest first. */
export async function lastLines(
  workspace: Workspace,
  taskId: string,
  subject: string | null,
  count: number,
): Promise<LogLine[]> {
  const size = await fileSize(logFile(workspace, taskId));
  const { lines } = await readLog(workspace, taskId, Math.max(0, size - TAIL), TAIL);
  const parsed = lines.map(parseLogLine).filter((line) => line !== undefined);
  return parsed.filter((line) => subject === null || line.subject === subject).slice(-count);
}

/** All lines of a task's log that are about the task itself, oldest first. */
export async function taskLines(workspace: Workspace, taskId: string): Promise<LogLine[]> {
  const found: LogLine[] = [];
  for (let offset = 0; ;) {
    const read = await readLog(workspace, taskId, offset);
    if (read.offset === offset) return found;
    offset = read.offset;
    for (const line of read.lines.map(parseLogLine)) if (line?.subject === 'task') found.push(line);
  }
}

async function fileSize(file: string): Promise<number> {
  try {
    const handle = await open(file, 'r');
    try {
      return (await handle.stat()).size;
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isNotFound(error)) return 0;
    throw error;
  }
}
