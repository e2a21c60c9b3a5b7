import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The number of replies that a workspace keeps on disk: those that no kill can lose. */
export function keptReplies(folder: string): number {
  const replies = join(folder, '.batch-manager', 'replies');
  if (!existsSync(replies)) return 0;
  return readdirSync(replies, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json')).length;
}
