/**
 * Which database the server is to serve. Invariants:
 * 1. A database is served by the binary that made it: its schema has no migration, and a newer `temporal` on PATH must not
 *    hide running batches behind a new, empty database.
 * 2. A newer server that is there waits until the engine has ended with nothing open; it gets a database of its own then.
 * 3. The binary is kept whole or not at all, and as the file itself: what a link on PATH points to changes with an upgrade.
 */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { engineError } from '../domain/errors.ts';
import { findServer, locateServer, type LocatedServer } from './locate.ts';
import { cacheFolder, stateFolder } from './paths.ts';
import { isAtLeast, PINNED } from './version.ts';

/** A database with the binary that it is served by. */
export interface Database {
  readonly file: string;
  readonly path: string;
  readonly version: string;
}

const keptBinary = (version: string): string => join(cacheFolder(), 'servers', version, 'temporal');

/** The newest database, if its binary is there; null where a server has to be found first. */
export function knownDatabase(): Database | null {
  const newest = newestDatabase();
  return newest === null || !existsSync(keptBinary(newest.version))
    ? null
    : { ...newest, path: keptBinary(newest.version) };
}

/**
 * The database to serve: the newest there is, else a new one for the server that is found. Keeps that server's binary.
 * @throws UserError (engine) where no server is to be had, or none that can read the newest database.
 */
export async function chooseDatabase(onProgress: (message: string) => void): Promise<Database> {
  refuseReservedCharacters(stateFolder());
  const known = knownDatabase();
  if (known === null) return databaseOf(await serverFor(newestDatabase(), onProgress));
  const newer = existsSync(idleMark(known.file)) ? await newerServer(known.version) : null;
  return newer === null ? known : databaseOf(newer);
}

/** The database of a server's version; keeps its binary. */
function databaseOf({ path, serverVersion: version }: LocatedServer): Database {
  keep(path, keptBinary(version));
  return { file: join(stateFolder(), `temporal-${version}.db`), path: keptBinary(version), version };
}

/** A server that is there and newer than the version; null where there is none. */
export async function newerServer(version: string): Promise<LocatedServer | null> {
  const found = await findServer();
  return found !== null && isNewer(found, version) ? found : null;
}

export const isNewer = ({ serverVersion }: LocatedServer, version: string): boolean =>
  serverVersion !== version && isAtLeast(serverVersion, version);

const idleMark = (file: string): string => `${file}.idle`;

/** Notes whether the database has nothing open: so a newer server may leave it behind. */
export function markIdle(file: string, idle: boolean): void {
  if (idle) writeFileSync(idleMark(file), '');
  else rmSync(idleMark(file), { force: true });
}

/** Finds or makes a server; one that can read the database where there is one. */
async function serverFor(
  database: Pick<Database, 'file' | 'version'> | null,
  onProgress: (message: string) => void,
): Promise<LocatedServer> {
  const wanted = database?.version === PINNED.server;
  const located = await locateServer({ onProgress, onlyPinned: wanted });
  if (database === null || located.serverVersion === database.version) return located;
  throw engineError(
    `${database.file} was made by server ${database.version}, whose binary is gone from ${keptBinary(database.version)}; ` +
      `${located.path} is server ${located.serverVersion}, which would not show what is open in it.\n` +
      `Name a Temporal with server ${database.version}: export BATCH_MANAGER_TEMPORAL=/path/to/temporal\n` +
      `Or start anew without its tasks: mv ${database.file} ${database.file}.old\nThen run: batch-manager up`,
  );
}

function newestDatabase(): Pick<Database, 'file' | 'version'> | null {
  if (!existsSync(stateFolder())) return null;
  const found = readdirSync(stateFolder()).flatMap((name) => {
    const version = /^temporal-(\d+\.\d+\.\d+)\.db$/.exec(name)?.[1];
    if (version === undefined) return [];
    const file = join(stateFolder(), name);
    return [{ file, version, modified: Math.max(modified(file), modified(`${file}-wal`)) }];
  });
  const newest = found.toSorted((a, b) => b.modified - a.modified)[0];
  return newest === undefined ? null : { file: newest.file, version: newest.version };
}

/** Last written, ms; the database itself stands still as long as its write-ahead log grows. */
function modified(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

/** SQLite takes the path for a URI: it would cut the name at one of these and write elsewhere. */
function refuseReservedCharacters(folder: string): void {
  const [character] = /[?#%]/.exec(folder) ?? [];
  if (character === undefined) return;
  throw engineError(
    `The state folder ${folder} has a "${character}" in its path, which a database cannot have.\n` +
      'Choose another: export XDG_STATE_HOME=/path/to/folder, then run: batch-manager up',
  );
}

/** Keeps a binary: a hard link where it can be, else a copy that appears whole. */
function keep(from: string, to: string): void {
  if (existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true });
  const partial = `${to}.partial-${process.pid}`;
  const real = realpathSync(from);
  try {
    linkSync(real, partial);
  } catch {
    copyFileSync(real, partial);
  }
  renameSync(partial, to);
}
