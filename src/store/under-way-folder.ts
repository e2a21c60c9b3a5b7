import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Workspace } from './workspace.ts';

/** Folder of the changes under way, among the backups; no task has such an id. */
export const underWayFolder = ({ state }: Workspace): string => join(state, 'backups', '.under-way');

/** Whether there is a change under way, by whomever: apart from `under-way.ts`, so that commands load that only where it is. */
export function hasUnderWay(workspace: Workspace): boolean {
  try {
    return readdirSync(underWayFolder(workspace)).length > 0;
  } catch {
    return false;
  }
}
