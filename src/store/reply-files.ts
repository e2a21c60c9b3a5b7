import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from './atomic.ts';
import type { Workspace } from './workspace.ts';

/** A reply as a file. */
export interface ReplyFile {
  /** Key of the reply. */
  readonly key: string;
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** When it was got, ms. */
  readonly at: number;
}

/** All replies that a workspace keeps, the oldest first. */
export async function replyFiles(workspace: Workspace): Promise<ReplyFile[]> {
  const folder = join(workspace.state, 'replies');
  const files: ReplyFile[] = [];
  for (const shard of await namesIn(folder)) {
    for (const name of await namesIn(join(folder, shard))) {
      const path = join(folder, shard, name);
      const stat = name.endsWith('.json') ? statSync(path, { throwIfNoEntry: false }) : undefined;
      if (stat !== undefined)
        files.push({ key: name.slice(0, -'.json'.length), path, size: stat.size, at: stat.mtimeMs });
    }
  }
  return files.sort((a, b) => a.at - b.at);
}

/**
 * The replies that go so that none is older than `before` (ms) and all together are at most `size` bytes: the oldest. One that
 * is needed stays, also where it is too old, or the rest too much.
 */
export function toPrune(
  files: readonly ReplyFile[],
  limit: { readonly before: number; readonly size: number },
  isNeeded: (file: ReplyFile) => boolean,
): ReplyFile[] {
  let left = files.reduce((sum, file) => sum + file.size, 0);
  return files.filter((file) => {
    const goes = (file.at < limit.before || left > limit.size) && !isNeeded(file);
    if (goes) left -= file.size;
    return goes;
  });
}

export const removeReply = ({ path }: ReplyFile): void => rmSync(path, { force: true });
