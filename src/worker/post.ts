/**
 * Whether a worker still stands where it began: its workspace may be moved, removed, made again or cleaned while it works. A
 * worker that has lost its place ends at once, as if killed: what it has in hand is made again by the next one, and nothing is
 * written to a place that is another's by now.
 */
import { readlinkSync } from 'node:fs';
import { sep } from 'node:path';
import { followRename } from '../engine/identity.ts';
import { moveWanted } from '../engine/state.ts';
import { guardFolders } from '../store/atomic.ts';
import { placeOf, readIdentity, sameFolder, type Workspace } from '../store/workspace.ts';

/** How often a worker looks whether it still has its place, ms. */
const LOOK_EVERY_MS = 500;

/** The place of a workspace's worker. */
export interface Post {
  /** Ends the process where the place is lost. */
  readonly check: () => void;
  readonly leave: () => void;
}

/**
 * Takes up the post, from which on the process looks by itself.
 * @param end ends the process; it must not return.
 */
export function takePost(workspace: Workspace, id: string, end: (reason: string) => never): Post {
  const { root } = workspace;
  const began = placeOf(root);
  const whyLost = (): string | null => {
    const now = placeOf(root);
    if (began === null || now === null) return `${root} is gone`;
    if (!sameFolder(began, now)) return `${root} is another folder now`;
    const said = readIdentity(root);
    return said?.id === id ? null : `${root} ${said === null ? 'has lost its id' : 'is another workspace now'}`;
  };
  const check = (): void => {
    const reason = whyLost();
    if (reason === null) return;
    const moved = began === null ? null : followRename(id, began, standingIn());
    if (moved !== null && moved !== root) moveWanted(id, moved);
    end(moved === null || moved === root ? reason : `${root} was moved to ${moved}`);
  };
  guardFolders((folder) => {
    if (folder === root || folder.startsWith(root + sep)) check();
  });
  const look = setInterval(check, LOOK_EVERY_MS);
  return { check, leave: () => clearInterval(look) };
}

/** The folder that this process stands in, under the name that it has now: node keeps the old one. */
function standingIn(): string {
  try {
    return readlinkSync('/proc/self/cwd');
  } catch {
    return '';
  }
}
