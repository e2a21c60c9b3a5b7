/** The engine comes up whatever other projects keep in the shell's environment, and says at once where it cannot. */
import { chownSync, copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { serverEnvironment, workerEnvironment } from '../../src/engine/environment.ts';
import { createHome, finished, MAIN, type CliResult, type Home } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { tempFolder } from '../helpers/temp.ts';
import { noTemporal, TEMPORAL_BINARY } from '../helpers/temporal.ts';

/** Nobody listens there. */
const DEAD = 'http://user:secret@127.0.0.1:9';
const proxies = (...names: string[]): NodeJS.ProcessEnv => Object.fromEntries(names.map((name) => [name, DEAD]));

const isRoot = process.getuid?.() === 0;
/** A user id that the system's list of users does not have. */
const NOBODY = 54_321;

let home: Home | undefined;
afterEach(async () => {
  const survivors = await home?.close();
  home = undefined;
  expect(survivors ?? []).toEqual([]);
});

const FOREIGN: readonly (readonly [string, NodeJS.ProcessEnv])[] = [
  ['proxies in small letters', proxies('http_proxy', 'https_proxy', 'all_proxy', 'grpc_proxy')],
  ['proxies in capitals', proxies('HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'GRPC_PROXY')],
  ['a proxy and a list of others', { https_proxy: DEAD, no_proxy: 'example.org', NO_PROXY: '127.0.0.1' }],
  [
    'what the Temporal CLI and a cluster are told',
    { TEMPORAL_ENV: 'prod', TEMPORAL_NAMESPACE: 'prod', TEMPORAL_TLS: 'true', TEMPORAL_CLI_ADDRESS: 'x:1' },
  ],
  [
    'a debugger and a hook of git',
    { NODE_OPTIONS: '--inspect=127.0.0.1:0', GIT_DIR: '/nowhere', GIT_INDEX_FILE: '/x' },
  ],
];

test.skipIf(noTemporal !== undefined).each(FOREIGN)('the engine comes up with %s', async (_, env) => {
  home = createHome(env);
  const folder = tempWorkspace();
  const up = await home.run(folder, ['up']);
  expect(up.stderr).not.toContain('secret');
  expect({ code: up.code, stderr: up.stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('is up') });
});

test.skipIf(noTemporal !== undefined)(
  'the engine comes up with environments of the Temporal CLI in the home',
  async () => {
    home = createHome();
    for (const folder of [join(home.folder, '.config'), join(home.folder, 'config')]) {
      mkdirSync(join(folder, 'temporalio'), { recursive: true });
      writeFileSync(join(folder, 'temporalio/temporal.yaml'), 'env:\n  default:\n    ip: 203.0.113.7\n');
    }
    expect(await home.run(tempWorkspace(), ['up'])).toMatchObject({ code: 0 });
  },
);

/** Runs a command as a user of whom the system knows nothing but the id. */
function runAsNobody(given: Home, cwd: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<CliResult> {
  return finished(
    spawn(process.execPath, [MAIN, ...args], {
      cwd,
      env: { ...given.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      uid: NOBODY,
      gid: NOBODY,
    }),
  );
}

function giveToNobody(folder: string): void {
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(join(folder, name), NOBODY, NOBODY);
}

test.skipIf(noTemporal !== undefined || !isRoot)('the engine comes up for a user id without a name', async () => {
  home = createHome();
  const folder = tempWorkspace();
  // The tests' own may lie in a folder that is shut for others.
  const binary = join(home.folder, 'temporal');
  copyFileSync(TEMPORAL_BINARY, binary);
  for (const given of [home.folder, folder]) giveToNobody(given);
  const up = await runAsNobody(home, folder, ['up'], { BATCH_MANAGER_TEMPORAL: binary });
  expect({ code: up.code, stderr: up.stderr }).toMatchObject({ code: 0 });
});

interface Place {
  readonly env: (folder: string) => NodeJS.ProcessEnv;
  readonly says: string;
  readonly asNobody?: boolean;
}

const NO_XDG = { XDG_STATE_HOME: '', XDG_CACHE_HOME: '', XDG_CONFIG_HOME: '' };

const NO_PLACE: readonly (readonly [string, Place])[] = [
  ['a home that is relative', { env: () => ({ ...NO_XDG, HOME: 'home' }), says: 'HOME is "home"' }],
  ['a home that is a file', { env: (folder) => ({ ...NO_XDG, HOME: join(folder, 'file') }), says: 'XDG_STATE_HOME' }],
  [
    'a state folder that is a file',
    { env: (folder) => ({ XDG_STATE_HOME: join(folder, 'file') }), says: 'XDG_STATE_HOME' },
  ],
  [
    'a cache folder that is a file',
    { env: (folder) => ({ XDG_CACHE_HOME: join(folder, 'file') }), says: 'XDG_CACHE_HOME' },
  ],
  ['no home and no name', { env: () => ({ ...NO_XDG, HOME: '' }), says: 'HOME is not set', asNobody: true }],
  [
    'a state folder of another user',
    { env: (folder) => ({ XDG_STATE_HOME: join(folder, 'shut') }), says: 'XDG_STATE_HOME', asNobody: true },
  ],
];

test.skipIf(noTemporal !== undefined).each(NO_PLACE)('a command says at once what to set with %s', async (_, place) => {
  if (place.asNobody === true && !isRoot) return;
  home = createHome();
  const [folder, other] = [tempWorkspace(), tempFolder()];
  writeFileSync(join(other, 'file'), '');
  mkdirSync(join(other, 'shut'), { mode: 0o755 });
  if (place.asNobody === true) giveToNobody(folder);
  const started = performance.now();
  const env = place.env(other);
  const up = await (place.asNobody === true ? runAsNobody(home, folder, ['up'], env) : home.run(folder, ['up'], env));
  expect({ code: up.code, stderr: up.stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining(place.says) });
  expect(up.stderr).not.toMatch(/^ +at /m);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('of the shell, workers get what commands below them may need, and the server what it needs alone', () => {
  const shell = {
    PATH: '/bin',
    HOME: '/home/a',
    LC_ALL: 'C',
    GEMINI_API_KEY: 'k',
    HTTPS_PROXY: DEAD,
    NODE_OPTIONS: '--require /elsewhere.cjs --use-openssl-ca --inspect-brk --max-old-space-size=4096',
    NODE_EXTRA_CA_CERTS: '/ca.pem',
    NODE_DEBUG: 'http',
    TEMPORAL_ENV: 'prod',
    VIRTUAL_ENV: '/venv',
    BATCH_MANAGER_WAIT_SCALE: '1',
  };
  expect(workerEnvironment(shell)).toEqual({
    PATH: '/bin',
    HOME: '/home/a',
    LC_ALL: 'C',
    GEMINI_API_KEY: 'k',
    HTTPS_PROXY: DEAD,
    NODE_OPTIONS: '--use-openssl-ca --max-old-space-size=4096',
    NODE_EXTRA_CA_CERTS: '/ca.pem',
    VIRTUAL_ENV: '/venv',
    BATCH_MANAGER_WAIT_SCALE: '1',
  });
  expect(serverEnvironment({ ...shell, USER: 'a' })).toEqual({
    PATH: '/bin',
    HOME: '/home/a',
    LC_ALL: 'C',
    USER: 'a',
    BATCH_MANAGER_WAIT_SCALE: '1',
  });
  expect(serverEnvironment({ PATH: '/bin' }).USER).toMatch(/./);
});
