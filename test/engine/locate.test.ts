import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { downloadServer } from '../../src/engine/download.ts';
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

/** An environment with nothing in it but an empty cache of its own: no Go that would build for minutes. */
function bareEnv(more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  return { XDG_CACHE_HOME: tempFolder(), PATH: tempFolder(), BATCH_MANAGER_NO_DOWNLOAD: '1', ...more };
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

test('a folder on PATH that is called temporal is no command: the one in a later folder is found', async () => {
  const [first, second] = [tempFolder(), tempFolder()];
  mkdirSync(join(first, 'temporal'));
  const path = fake(join(second, 'temporal'), '1.29.0');
  expect(await findServer(bareEnv({ PATH: `${first}:${second}` }))).toMatchObject({ source: 'path', path });
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
  return listening(server);
}

async function listening(started: Server): Promise<string> {
  await new Promise<void>((done) => started.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(started.address() as AddressInfo).port}/cli/archive`;
}

/** An archive as the official ones: the command at its top. */
function archive(version: string, name = 'temporal'): Buffer {
  const folder = tempFolder();
  fake(join(folder, name), version);
  expect(spawnSync('tar', ['-czf', 'a.tar.gz', name], { cwd: folder }).status).toBe(0);
  return readFileSync(join(folder, 'a.tar.gz'));
}

const downloading = (url: string): NodeJS.ProcessEnv =>
  bareEnv({ BATCH_MANAGER_NO_DOWNLOAD: '', BATCH_MANAGER_TEMPORAL_DOWNLOAD: url });

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
  ['that is cut', async () => serving(archive('1.31.2'), true), /download: terminated/],
  [
    'that is no archive',
    async () => serving(Buffer.from('<html>hello</html>')),
    /download: the archive cannot be unpacked/,
  ],
  [
    'with a cut gzip',
    async () => serving(archive('1.31.2').subarray(0, -9)),
    /download: the archive cannot be unpacked/,
  ],
  ['with another server', async () => serving(archive('1.30.0')), /holds server 1\.30\.0, not server 1\.31\.2/],
  [
    'without the command',
    async () => serving(archive('1.31.2', 'other')),
    /holds no Temporal command, not server 1\.31\.2/,
  ],
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

test.each([
  ['before its first byte', () => undefined],
  ['in the middle', (response: ServerResponse) => void response.writeHead(200, { 'content-length': 1e6 }).write('x')],
])('a source that falls silent %s is given up, and nothing of it stays', async (_, say) => {
  server = createServer((__, response) => say(response));
  const env = downloading(await listening(server));
  const target = join(tempFolder(), 'temporal');
  const reason = await downloadServer({ target, env, silenceMs: 200, ...silent });
  expect(reason).toMatch(/^127\.0\.0\.1:\d+ sent nothing for 0\.2 s/);
  expect(readdirSync(dirname(target))).toEqual([]);
  server.closeAllConnections();
});

test('a slow source that goes on sending is waited for', async () => {
  const body = archive('1.31.2');
  server = createServer((_, response) => void dribble(response, body));
  const env = downloading(await listening(server));
  const target = join(tempFolder(), 'temporal');
  expect(await downloadServer({ target, env, silenceMs: 500, ...silent })).toBeNull();
  expect(readdirSync(dirname(target))).toEqual(['temporal']);
});

/** Sends a body in eight parts, 100 ms between them. */
async function dribble(response: ServerResponse, body: Buffer): Promise<void> {
  response.writeHead(200, { 'content-length': body.length });
  for (let part = 0; part < 8; part += 1) {
    response.write(body.subarray((part * body.length) / 8, ((part + 1) * body.length) / 8));
    await sleep(100);
  }
  response.end();
}

test('what a killed start left half made is removed by the next', async () => {
  const env = downloading(await serving(archive('1.31.2')));
  const folder = dirname(cachedServer(env));
  mkdirSync(join(folder, 'download-abc'), { recursive: true });
  writeFileSync(join(folder, 'temporal.build-4711'), 'half');
  await locateServer({ env, ...silent });
  expect(readdirSync(folder)).toEqual(['temporal']);
});

test('of two starts at the same moment one makes the server; the other says that it waits, and uses it', async () => {
  let asked = 0;
  const body = archive('1.31.2');
  server = createServer((_, response) => {
    asked += 1;
    void dribble(response, body);
  });
  const env = downloading(await listening(server));
  const said: string[] = [];
  const options = { env, onProgress: (message: string) => said.push(message) };
  const found = await Promise.all([locateServer(options), locateServer(options)]);
  expect(found.map(({ source }) => source).toSorted()).toEqual(['cache', 'download']);
  expect(asked).toBe(1);
  expect(said).toContain(`Process ${process.pid} makes the Temporal server; waiting for it …`);
});
