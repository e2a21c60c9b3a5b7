import { readdirSync, statSync, type Dirent } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { notFoundError, usageError } from '../domain/errors.ts';
import type { ModuleRef } from '../domain/module.ts';
import { readPeoplesBytes, UnusableFile } from '../files/people-file.ts';
import { parseTracks, type Tracks } from './manifest-tracks.ts';
import type { Workspace } from './workspace.ts';

const MANIFEST = 'curriculum.yaml';

/** How deep below the workspace a manifest is looked for. */
const DEPTH = 3;

const NEVER = new Set(['node_modules', 'dist', 'tasks']);

/** The manifest of a curriculum: its tracks, and the order of their modules. */
export interface Manifest extends Tracks {
  readonly file: string;
  /** The folder that holds the tracks. */
  readonly folder: string;
}

/**
 * Finds and reads the manifest: the one named in the settings, else the one `curriculum.yaml` at most three folders below
 * the workspace.
 * @throws UserError where there is none, where there are several, or where it does not parse.
 */
export function readManifest(workspace: Workspace, configured?: string): Manifest {
  return readFrom(workspace, manifestFile(workspace, configured));
}

/**
 * A reader for those who ask again and again: the manifest is searched for and parsed anew only once its file has changed.
 * Every step of a module asks for it, and one search with one parse held the event loop for 3.7 ms (real manifest, 1,257 entries).
 */
export function createManifestReader(workspace: Workspace, configured?: string): () => Manifest {
  let known: { readonly manifest: Manifest; readonly stamp: string } | undefined;
  return () => {
    if (known !== undefined && known.stamp === stampOf(known.manifest.file)) return known.manifest;
    const file = manifestFile(workspace, configured);
    // Taken before the read: a change meanwhile is seen the next time.
    const stamp = stampOf(file);
    known = { manifest: readFrom(workspace, file), stamp };
    return known.manifest;
  };
}

/** What changes with a file's content; one of its own where there is no file. */
function stampOf(file: string): string {
  const stat = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? 'none' : `${stat.ino} ${stat.mtimeNs} ${stat.size}`;
}

const manifestFile = (workspace: Workspace, configured: string | undefined): string =>
  configured === undefined ? findManifest(workspace) : resolve(workspace.root, configured);

function readFrom(workspace: Workspace, file: string): Manifest {
  return { file, folder: dirname(file), ...parseTracks(readText(file), relative(workspace.root, file)) };
}

function findManifest(workspace: Workspace): string {
  const closed: string[] = [];
  const found = below(workspace.root, DEPTH, closed);
  const [first, ...others] = found;
  if (first === undefined) {
    throw notFoundError(
      `No ${MANIFEST} in ${workspace.root} or up to ${DEPTH} folders below.\n` +
        (closed.length === 0 ? '' : `These may not be read, so it was not looked for there: ${closed.join(', ')}\n`) +
        'Run the command inside the curriculum\'s repository, or name the file in batch-manager.yaml: "manifest: path/to/curriculum.yaml".',
    );
  }
  if (others.length === 0) return first;
  const list = found.map((file) => `  ${relative(workspace.root, file)}`).join('\n');
  throw usageError(
    `There are ${found.length} manifests:\n${list}\nName one in batch-manager.yaml: "manifest: ${relative(workspace.root, first)}".`,
  );
}

/**
 * All manifests in the folder and down to a depth; the nearest first. Folders that may not be read, such as a database's,
 * are named in `closed` and passed over.
 */
function below(folder: string, depth: number, closed: string[]): string[] {
  const entries = entriesOf(folder, closed);
  const here = entries
    .filter((entry) => entry.name === MANIFEST && !entry.isDirectory())
    .map(() => join(folder, MANIFEST));
  if (depth === 0) return here;
  const folders = entries.filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith('.') && !NEVER.has(entry.name),
  );
  return [...here, ...folders.flatMap((entry) => below(join(folder, entry.name), depth - 1, closed))];
}

function entriesOf(folder: string, closed: string[]): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    closed.push(folder);
    return [];
  }
}

function readText(file: string): string {
  let bytes: Buffer | null;
  try {
    bytes = readPeoplesBytes(file);
  } catch (error) {
    if (error instanceof UnusableFile) throw usageError(`The manifest ${error.message}`);
    throw notFoundError(`The manifest ${file} cannot be read: ${(error as Error).message}.`);
  }
  if (bytes === null) throw notFoundError(`The manifest ${file} cannot be read: there is no such file.`);
  // Of bytes that are not UTF-8 only the tracks that have them are refused (manifest-tracks.ts).
  return bytes.toString('utf8');
}

/**
 * The slugs of a track, in order: the first is module 1. A track that is only planned has none.
 * @throws UserError (usage) where it cannot be used, with what is wrong; or where there is none, with those there are.
 */
export function trackModules(manifest: Manifest, track: string): readonly string[] {
  const modules = manifest.tracks.get(track);
  if (modules !== undefined) return modules;
  const fault = manifest.faults.get(track);
  if (fault !== undefined)
    throw usageError(
      `Track ${track} of ${manifest.file} cannot be used: ${fault}.\nThe other tracks are not affected.`,
    );
  const tracks = [...manifest.tracks.keys()];
  throw usageError(
    `There is no track "${track}" in ${manifest.file}.\nTracks: ${tracks.length === 0 ? 'none' : tracks.join(', ')}.`,
  );
}

/** The modules of a track by their numbers. */
export function moduleRefs(manifest: Manifest, track: string, numbers: readonly number[]): ModuleRef[] {
  const slugs = trackModules(manifest, track);
  return numbers.flatMap((number) => {
    const slug = slugs[number - 1];
    return slug === undefined ? [] : [{ track, slug, number }];
  });
}
