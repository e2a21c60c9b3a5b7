import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { chooseDatabase, knownDatabase, markIdle, newerServer } from '../../src/engine/database.ts';
import { PINNED } from '../../src/engine/version.ts';
import { tempFolder } from '../helpers/temp.ts';
import { writeTemporal } from './fake-temporal.ts';

let home = '';
let state = '';

/** A machine with nothing on PATH; the engine's folders lie in a home of the test's own. */
beforeEach(() => {
  home = tempFolder();
  state = join(home, 'state', 'batch-manager');
  mkdirSync(state, { recursive: true });
  vi.stubEnv('XDG_STATE_HOME', join(home, 'state'));
  vi.stubEnv('XDG_CACHE_HOME', join(home, 'cache'));
  vi.stubEnv('BATCH_MANAGER_NO_DOWNLOAD', '1');
  vi.stubEnv('BATCH_MANAGER_TEMPORAL', '');
  vi.stubEnv('PATH', join(home, 'bin'));
});

const choose = () => chooseDatabase(() => undefined);
const onPath = (server: string): string => writeTemporal(join(home, 'bin', 'temporal'), server);
const kept = (version: string): string => join(home, 'cache', 'batch-manager', 'servers', version, 'temporal');

function writeDatabase(version: string, ageMs = 0): string {
  const file = join(state, `temporal-${version}.db`);
  writeFileSync(file, '');
  const when = new Date(Date.now() - ageMs);
  utimesSync(file, when, when);
  return file;
}

test('a new database is named by its server, whose binary is kept', async () => {
  const path = onPath('1.30.0');
  const database = await choose();
  expect(database).toEqual({ file: join(state, 'temporal-1.30.0.db'), path: kept('1.30.0'), version: '1.30.0' });
  rmSync(path);
  expect(readFileSync(database.path, 'utf8')).toContain('1.30.0');
});

test('a database keeps the binary that made it, whatever is on PATH or named later', async () => {
  onPath('1.30.0');
  const { file } = await choose();
  writeFileSync(file, '');
  onPath('1.31.9');
  vi.stubEnv('BATCH_MANAGER_TEMPORAL', onPath('1.31.9'));
  expect(await choose()).toMatchObject({ file, version: '1.30.0', path: kept('1.30.0') });
});

test('a newer server has its turn, with a database of its own, once the old one was noted to have nothing open', async () => {
  onPath('1.30.0');
  const { file } = await choose();
  writeFileSync(file, '');
  onPath('1.31.9');
  expect(await newerServer('1.30.0')).toMatchObject({ serverVersion: '1.31.9' });
  markIdle(file, true);
  expect(await choose()).toMatchObject({ file: join(state, 'temporal-1.31.9.db'), version: '1.31.9' });
  expect(existsSync(file)).toBe(true);
  markIdle(file, false);
  expect(await choose()).toMatchObject({ file, version: '1.30.0' });
  onPath('1.29.5');
  markIdle(file, true);
  expect(await newerServer('1.30.0')).toBeNull();
  expect(await choose()).toMatchObject({ file, version: '1.30.0' });
});

test('of a link on PATH the file behind it is kept: the link points elsewhere after an upgrade', async () => {
  writeTemporal(join(home, 'Cellar', '1.30.0', 'temporal'), '1.30.0');
  mkdirSync(join(home, 'bin'));
  symlinkSync('../Cellar/1.30.0/temporal', join(home, 'bin', 'temporal'));
  const { path } = await choose();
  expect(lstatSync(path).isSymbolicLink()).toBe(false);
  rmSync(join(home, 'Cellar'), { recursive: true });
  expect(readFileSync(path, 'utf8')).toContain('1.30.0');
});

test('the newest database counts, by its write-ahead log too', () => {
  for (const version of ['1.30.0', '1.31.2']) writeTemporal(kept(version), version);
  const old = writeDatabase('1.30.0', 60_000);
  const young = writeDatabase('1.31.2', 1000);
  expect(knownDatabase()?.file).toBe(young);
  writeFileSync(`${old}-wal`, '');
  expect(knownDatabase()?.file).toBe(old);
});

test('a database whose binary is gone is not hidden behind a new one of another server', async () => {
  const file = writeDatabase('1.30.0');
  const path = onPath('1.31.9');
  const message = `${file} was made by server 1.30.0, whose binary is gone`;
  await expect(choose()).rejects.toMatchObject({ kind: 'engine', message: expect.stringContaining(message) });
  await expect(choose()).rejects.toThrow(`${path} is server 1.31.9`);
  expect(existsSync(kept('1.31.9'))).toBe(false);
  // The way that the message names.
  vi.stubEnv('BATCH_MANAGER_TEMPORAL', writeTemporal(join(home, 'older'), '1.30.0'));
  expect(await choose()).toMatchObject({ file, version: '1.30.0' });
});

test('a database of the pinned server whose binary is gone is served by the pinned server, not by a newer one on PATH', async () => {
  const file = writeDatabase(PINNED.server);
  onPath('1.99.0');
  writeTemporal(join(home, 'cache', 'batch-manager', 'temporal', PINNED.cli, 'temporal'), PINNED.server);
  expect(await choose()).toMatchObject({ file, version: PINNED.server });
});

test.each(['?', '#', '%'])(
  'a state folder with a "%s" in its path is refused: SQLite would write elsewhere',
  async (character) => {
    vi.stubEnv('XDG_STATE_HOME', join(home, `a${character}b`));
    onPath('1.30.0');
    await expect(choose()).rejects.toThrow(`has a "${character}" in its path`);
    expect(existsSync(dirname(kept('1.30.0')))).toBe(false);
  },
);
