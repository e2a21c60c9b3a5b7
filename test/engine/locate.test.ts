import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { cachedServer, findServer, locateServer } from '../../src/engine/locate.ts';
import { isAtLeast, serverVersion } from '../../src/engine/version.ts';
import { tempFolder } from '../helpers/temp.ts';

/** A command that answers to --version as Temporal does. */
function fake(path: string, server: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `#!/bin/sh\necho "temporal version 1.2.3 (Server ${server}, UI 2.50.1)"\n`);
  chmodSync(path, 0o755);
  return path;
}

/** An environment with nothing in it but a cache of its own and the system's tools. */
function bareEnv(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { XDG_CACHE_HOME: tempFolder(), PATH: '/bin', BATCH_MANAGER_NO_DOWNLOAD: '1', ...more };
}

const silent = { onProgress: () => undefined };

test('the order is: given path, cache, PATH', async () => {
  const bin = tempFolder();
  const env = bareEnv({ PATH: bin });
  fake(join(bin, 'temporal'), '1.30.0');
  expect(await findServer(env)).toMatchObject({ source: 'path', serverVersion: '1.30.0' });
  fake(cachedServer(env), '1.31.2');
  expect(await findServer(env)).toMatchObject({ source: 'cache', serverVersion: '1.31.2' });
  const given = fake(join(tempFolder(), 'mine'), '1.29.1');
  expect(await findServer({ ...env, BATCH_MANAGER_TEMPORAL: given })).toMatchObject({ source: 'given', path: given });
});

test('a server on PATH that is too old, and a cached one that is another, are passed over', async () => {
  const bin = tempFolder();
  const env = bareEnv({ PATH: bin });
  fake(join(bin, 'temporal'), '1.28.9');
  fake(cachedServer(env), '1.30.0');
  expect(await findServer(env)).toBeNull();
});

test('a given path that is no Temporal is an error that names it', async () => {
  await expect(findServer(bareEnv({ BATCH_MANAGER_TEMPORAL: '/bin/true' }))).rejects.toThrow(
    'BATCH_MANAGER_TEMPORAL names /bin/true',
  );
});

test('where none can be had, all ways to have one are named', async () => {
  const env = bareEnv({ PATH: tempFolder() });
  await expect(locateServer({ env, ...silent })).rejects.toThrow(
    /download: switched off[^]*build: there is no `go`[^]*on PATH[^]*BATCH_MANAGER_TEMPORAL=[^]*install Go[^]*TEMPORAL_ADDRESS=/,
  );
});

let server: Server | undefined;
afterEach(() => void server?.close());

/** A loopback server that answers with a body; `cut` closes after half of it. */
async function serving(body: Buffer | null, cut = false): Promise<string> {
  server = createServer((_, response) => {
    if (body === null) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-length': body.length });
    if (!cut) return void response.end(body);
    response.write(body.subarray(0, body.length / 2), () => response.destroy());
  });
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/cli/archive`;
}

/** An archive as the official ones: the command at its top. */
function archive(version: string, name = 'temporal'): Buffer {
  const folder = tempFolder();
  fake(join(folder, name), version);
  expect(spawnSync('tar', ['-czf', 'a.tar.gz', name], { cwd: folder }).status).toBe(0);
  return readFileSync(join(folder, 'a.tar.gz'));
}

const downloading = (url: string): NodeJS.ProcessEnv => ({
  XDG_CACHE_HOME: tempFolder(),
  PATH: '/bin',
  BATCH_MANAGER_TEMPORAL_DOWNLOAD: url,
});

test('a whole archive with the pinned server is used, and kept in the cache', async () => {
  const env = downloading(await serving(archive('1.31.2')));
  const said: string[] = [];
  expect(await locateServer({ env, onProgress: (message) => said.push(message) })).toMatchObject({
    source: 'download',
    path: cachedServer(env),
  });
  expect(said[0]).toMatch(/^Downloading Temporal v1\.8\.2/);
  expect(await findServer(env)).toMatchObject({ source: 'cache' });
});

test.each([
  ['that is cut', async () => serving(archive('1.31.2'), true), /download: /],
  ['that is no archive', async () => serving(Buffer.from('<html>hello</html>')), /download: /],
  ['with a cut gzip', async () => serving(archive('1.31.2').subarray(0, 60)), /download: /],
  ['with another server', async () => serving(archive('1.30.0')), /holds server 1\.30\.0, not server 1\.31\.2/],
  ['without the command', async () => serving(archive('1.31.2', 'other')), /holds no Temporal command|temporal/],
  ['that is not there', async () => serving(null), /answered 404/],
])('an archive %s is refused, and nothing of it stays', async (_, serve, reason) => {
  const env = downloading(await serve());
  await expect(locateServer({ env, ...silent })).rejects.toThrow(reason);
  expect(readdirSync(dirname(cachedServer(env)))).toEqual([]);
});

test('versions are read and compared by their numbers', () => {
  expect(serverVersion('temporal version 0.0.0-DEV (Server 1.31.2, UI 2.50.1)')).toBe('1.31.2');
  expect(serverVersion('git version 2.39.5')).toBeNull();
  expect(isAtLeast('1.29.0', '1.29.0')).toBe(true);
  expect(isAtLeast('1.100.0', '1.29.0')).toBe(true);
  expect(isAtLeast('1.28.9', '1.29.0')).toBe(false);
});
