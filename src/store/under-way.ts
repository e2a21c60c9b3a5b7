/**
 * Changes under way: from its list to its end a change lies in `backups/.under-way/<process>-<number>/`, and goes from there to
 * its place as a whole, by one rename. So what lies among the backups was done, and what a dead process left is found by one
 * look and taken back: by the next worker, and by the next command of this workspace.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { z } from 'zod';
import type { SavedCopy } from '../domain/log-texts.ts';
import { isAlive, processId, self, type ProcessId } from '../process/identity.ts';
import { withLock } from '../process/lock.ts';
import { isNotFound, syncPath } from './atomic.ts';
import { CHANGE_LIST, filesBelow, readChange, type FileChange, type RecordedChange } from './backups.ts';
import { takeBack, type ChangeUnderWay } from './take-back.ts';
import { underWayFolder } from './under-way-folder.ts';
import type { Workspace } from './workspace.ts';

/** Whose change it is, and where it belongs: relative to the folder of our state, which may be moved with its workspace. */
const OWNER = 'owner.json';
const ownerSchema = z.object({
  owner: z.object({ pid: z.number(), startTime: z.string() }),
  root: z.string(),
  folder: z.string(),
});

type Owner = z.infer<typeof ownerSchema>;

/** Changes that this process makes now. */
const inHand = new Set<string>();
let me: ProcessId | undefined;

/** Begins a change: writes its list into a folder of its own, not synced yet. */
export function beginChange(
  workspace: Workspace,
  about: { readonly root: string; readonly folder: string; readonly list: RecordedChange },
): ChangeUnderWay {
  const { root, folder, list } = about;
  me ??= self();
  const id = `${me.pid}-${randomBytes(6).toString('hex')}`;
  const top = join(underWayFolder(workspace), id);
  const own = join(top, basename(folder));
  const owner: Owner = { owner: me, root: relative(workspace.state, root), folder: relative(workspace.state, folder) };
  const change = { root, folder: own, id, files: list.files, backups: dirname(folder) };
  mkdirSync(own, { recursive: true });
  inHand.add(top);
  try {
    writeFileSync(join(top, OWNER), JSON.stringify(owner));
    writeFileSync(join(own, CHANGE_LIST), `${JSON.stringify(list, null, 2)}\n`);
  } catch (error) {
    forget(change);
    throw error;
  }
  return change;
}

/** The files and folders to be synced before the first file of a change is renamed away. */
export function listPaths({ folder }: ChangeUnderWay): string[] {
  const top = dirname(folder);
  return [join(top, OWNER), join(folder, CHANGE_LIST), folder, top, dirname(top)];
}

/** Puts a change that is done among the backups; gives its folder there, which is not synced yet. To be forgotten after that. */
export async function endChange(change: ChangeUnderWay, wanted: string): Promise<string> {
  const { folder: own, files } = change;
  const { folder, isKept } = await freeFolder(wanted, files);
  mkdirSync(dirname(folder), { recursive: true });
  if (isKept) merge(own, folder);
  else renameSync(own, folder);
  return folder;
}

/** Takes a change that was ended back in hand, so that it can be taken back as one that is under way. */
export function reopenChange(change: ChangeUnderWay, folder: string): void {
  rmSync(change.folder, { recursive: true, force: true });
  renameSync(folder, change.folder);
}

/** Removes what is left of a change that was ended or taken back. */
export function forget({ folder }: ChangeUnderWay): void {
  const top = dirname(folder);
  rmSync(top, { recursive: true, force: true });
  inHand.delete(top);
}

/** The folder for a change: where an earlier one of this name has kept other bytes, a new one beside it. */
async function freeFolder(
  wanted: string,
  files: readonly FileChange[],
): Promise<{ readonly folder: string; readonly isKept: boolean }> {
  for (let number = 1; ; number += 1) {
    const folder = number === 1 ? wanted : `${wanted}-${number}`;
    const kept = await readChange(folder);
    if (kept === null && isFree(folder)) return { folder, isKept: false };
    const holds = ({ path, from, to }: FileChange): boolean =>
      kept?.files.some((file) => file.path === path && file.from === from && file.to === to) ?? false;
    if (files.every(holds)) return { folder, isKept: true };
  }
}

function isFree(folder: string): boolean {
  return entriesOf(folder).length === 0;
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}

/** The same change a second time: the copies are the same bytes, and the newer files take their place. */
function merge(from: string, to: string): void {
  for (const side of ['before', 'after']) {
    for (const path of filesBelow(join(from, side))) {
      const target = join(to, side, relative(join(from, side), path));
      mkdirSync(dirname(target), { recursive: true });
      renameSync(path, target);
    }
  }
}

/** What became of a change that a dead process had left. */
export interface TakenBack {
  /** Paths of its files, relative to the manifest's folder. */
  readonly paths: readonly string[];
  readonly saved: readonly SavedCopy[];
}

/** Takes back what dead processes left under way in a workspace. One look at a folder where there is nothing. */
export async function takeBackLeft(workspace: Workspace): Promise<TakenBack[]> {
  if (leftIn(workspace).length === 0) return [];
  const options = { waitMs: 10_000, what: 'another process that takes back what was left half done' };
  return withLock(
    join(workspace.state, 'under-way.lock'),
    async () => {
      const taken: TakenBack[] = [];
      for (const top of leftIn(workspace)) {
        // One that cannot be taken back now, as on a disk that may not be written, is tried again the next time.
        const done = await takeBackOne(workspace, top).catch(() => null);
        if (done !== null) taken.push(done);
      }
      return taken;
    },
    options,
  );
}

/** Folders of changes whose process is dead, or that this one has given up. */
function leftIn(workspace: Workspace): string[] {
  const folder = underWayFolder(workspace);
  return entriesOf(folder)
    .map((name) => join(folder, name))
    .filter((top) => !inHand.has(top) && !isOfAnother(top));
}

/** Age from which on a change is nobody's, ms: it takes some. In a copied workspace its process may live, elsewhere. */
const STALE_MS = 60_000;

/** Whether a living process other than this one has it in hand. */
function isOfAnother(top: string): boolean {
  const pid = Number(basename(top).split('-')[0]);
  const owner = ownerOf(top)?.owner;
  const since = statSync(top, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (pid === process.pid || Date.now() - since > STALE_MS) return false;
  return owner === undefined ? processId(pid) !== null : isAlive(owner);
}

function ownerOf(top: string): Owner | null {
  try {
    return ownerSchema.parse(JSON.parse(readFileSync(join(top, OWNER), 'utf8')));
  } catch {
    return null;
  }
}

async function takeBackOne(workspace: Workspace, top: string): Promise<TakenBack | null> {
  const owner = ownerOf(top);
  const name = basename(owner?.folder ?? '');
  const list = owner === null ? null : await readChange(join(top, name));
  if (owner === null || list === null) {
    // Both are on disk before the first file is renamed away: without them there is nothing to give back.
    if (filesBelow(top).every((path) => /^(?:owner|apply)\.json$/.test(basename(path))))
      rmSync(top, { recursive: true });
    return null;
  }
  const change: ChangeUnderWay = {
    root: join(workspace.state, owner.root),
    folder: join(top, name),
    id: basename(top),
    files: list.files,
    backups: dirname(join(workspace.state, owner.folder)),
  };
  const saved = await takeBack(change);
  forget(change);
  await syncPath(dirname(top));
  return { paths: list.files.map(({ path }) => path), saved };
}
