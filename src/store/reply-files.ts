import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from './workspace.ts';

/** A reply as a file. */
export interface ReplyFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** When it was got, ms. */
  readonly at: number;
}

/** All replies that a workspace keeps, the oldest first. */
export function replyFiles(workspace: Workspace): ReplyFile[] {
  const folder = join(workspace.state, 'replies');
  const files = entries(folder).flatMap((shard) =>
    entries(join(folder, shard)).flatMap((name) => {
      const path = join(folder, shard, name);
      const stat = name.endsWith('.json') ? statSync(path, { throwIfNoEntry: false }) : undefined;
      return stat === undefined ? [] : [{ path, size: stat.size, at: stat.mtimeMs }];
    }),
  );
  return files.sort((a, b) => a.at - b.at);
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}

/** The replies that go so that none is older than `before` (ms) and all together are at most `size` bytes: the oldest. */
export function toPrune(
  files: readonly ReplyFile[],
  limit: { readonly before: number; readonly size: number },
): ReplyFile[] {
  let left = files.reduce((sum, file) => sum + file.size, 0);
  return files.filter((file) => {
    const goes = file.at < limit.before || left > limit.size;
    if (goes) left -= file.size;
    return goes;
  });
}

export const removeReply = ({ path }: ReplyFile): void => rmSync(path, { force: true });
