/** Finds a Temporal server, or makes one: given path, cache, PATH, official download, build from the pinned module. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { engineError } from '../domain/errors.ts';
import { buildServer } from './build.ts';
import { downloadServer } from './download.ts';
import { withLock } from '../process/lock.ts';
import { cacheFolder } from './paths.ts';
import { searchPath, versionOf } from './binary.ts';
import { isAtLeast, OLDEST_SERVER, PINNED } from './version.ts';

/** A server that can be started. */
export interface LocatedServer {
  readonly path: string;
  /** `1.31.2`. */
  readonly serverVersion: string;
  readonly source: 'given' | 'cache' | 'path' | 'download' | 'build';
}

export interface LocateOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Says what goes on where it takes time. */
  readonly onProgress: (message: string) => void;
  /** Takes no other server from PATH than the pinned one: a database of it is waiting. */
  readonly onlyPinned?: boolean;
}

/** Where the pinned server lies once it was downloaded or built. */
export function cachedServer(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheFolder(env), 'temporal', PINNED.cli, 'temporal');
}

/** A server that is there already; null where one has to be made. Does not take long and writes nothing. */
export async function findServer(
  env: NodeJS.ProcessEnv = process.env,
  onlyPinned = false,
): Promise<LocatedServer | null> {
  const given = env.BATCH_MANAGER_TEMPORAL;
  if (given !== undefined && given !== '') return givenServer(given);
  const cached = cachedServer(env);
  if (existsSync(cached) && (await versionOf(cached)) === PINNED.server)
    return { path: cached, serverVersion: PINNED.server, source: 'cache' };
  const onPath = searchPath('temporal', env.PATH ?? '');
  const version = onPath === null ? null : await versionOf(onPath);
  const fits = version !== null && (onlyPinned ? version === PINNED.server : isAtLeast(version, OLDEST_SERVER));
  if (onPath !== null && fits) return { path: onPath, serverVersion: version, source: 'path' };
  return null;
}

async function givenServer(path: string): Promise<LocatedServer> {
  const version = await versionOf(path);
  if (version !== null && isAtLeast(version, OLDEST_SERVER)) return { path, serverVersion: version, source: 'given' };
  const fault =
    version === null
      ? 'is no Temporal command that runs here'
      : `has server ${version}, but ${OLDEST_SERVER} or newer is needed`;
  throw engineError(
    `BATCH_MANAGER_TEMPORAL names ${path}, which ${fault}.\nUnset it, or set it to one; then run: batch-manager doctor`,
  );
}

/**
 * Finds a server or makes one. Two at the same moment make one: the second waits.
 * @throws UserError (engine) that names all ways to have one.
 */
export async function locateServer(options: LocateOptions): Promise<LocatedServer> {
  const { env = process.env, onlyPinned = false } = options;
  const found = await findServer(env, onlyPinned);
  if (found !== null) return found;
  const target = cachedServer(env);
  mkdirSync(dirname(target), { recursive: true });
  return withLock(
    `${target}.lock`,
    async () => (await findServer(env, onlyPinned)) ?? makeServer(target, env, options.onProgress),
    {
      waitMs: 30 * 60_000,
      what: 'another start that makes the Temporal server',
      onWait: ({ pid }) => options.onProgress(`Process ${pid} makes the Temporal server; waiting for it …`),
    },
  );
}

async function makeServer(
  target: string,
  env: NodeJS.ProcessEnv,
  onProgress: (message: string) => void,
): Promise<LocatedServer> {
  removeLeftovers(dirname(target));
  const reasons: string[] = [];
  for (const [source, make] of [
    ['download', downloadServer],
    ['build', buildServer],
  ] as const) {
    const reason = await make({ target, env, onProgress });
    if (reason === null) return { path: target, serverVersion: PINNED.server, source };
    reasons.push(`  ${source}: ${reason}`);
  }
  throw engineError(
    `There is no Temporal server, and none could be made:\n${reasons.join('\n')}\n` +
      'One of these helps:\n' +
      '  - install the Temporal CLI so that `temporal` is on PATH (server 1.29 or newer)\n' +
      '  - name its path: export BATCH_MANAGER_TEMPORAL=/path/to/temporal\n' +
      '  - install Go 1.26 or newer, so that it can be built\n' +
      '  - use a cluster: export TEMPORAL_ADDRESS=host:7233\n' +
      'Then run: batch-manager doctor',
  );
}

/** Half-made servers of a start that was killed, up to 140 MB each. Called under the lock: nobody else works on one. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (/^download-|^temporal\.build-/.test(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}
