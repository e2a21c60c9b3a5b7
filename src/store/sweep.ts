/** Removes what killed processes left beside the files that they were writing. */
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { processId } from '../process/identity.ts';
import { isNotFound, temporaryOf } from './atomic.ts';

/** Removes the temp files of dead processes in a folder and, where asked, below it; gives their number. */
export async function sweepTemporary(folder: string, below: boolean): Promise<number> {
  const entries = await entriesOf(folder);
  let swept = 0;
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (below && entry.isDirectory()) swept += await sweepTemporary(path, below);
    const pid = entry.isFile() ? temporaryOf(entry.name) : null;
    if (pid === null || processId(pid) !== null) continue;
    await rm(path, { force: true });
    swept += 1;
  }
  return swept;
}

async function entriesOf(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
