/**
 * A key reaches the provider and nothing else: not a command line, a history, a log, a record, a message, the state, the
 * engine's logs or its database, though the provider answers with the key in its body.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { connectClient } from '../../src/client/connection.ts';
import type { TaskRecord } from '../../src/store/records.ts';
import { createHome, MAIN, type Home } from '../helpers/cli.ts';
import { collect } from '../helpers/collect.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { geminiError, rateLimited, type GeminiReply } from '../helpers/gemini-reply.ts';
import { startGeminiServer, type GeminiServer } from '../helpers/gemini-server.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { recordOf } from '../helpers/record.ts';
import { tempFolder } from '../helpers/temp.ts';
import { serverState } from '../helpers/engine-state.ts';
import { temporalWorkflow } from '../helpers/temporal-cli.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { thinkingScript } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';

/** Told from all else that may stand in a file, also by one of its halves. */
const KEY = 'AIzaSyQ7mB3kWx9TtR2vNc5LpZ8dHg4JfYeU6';

/** The key whole, by halves (a message may be cut), and as base64. */
const FORMS = [KEY, KEY.slice(0, 16), KEY.slice(-16), Buffer.from(KEY).toString('base64').slice(0, 40)];

const holdsKey = (text: Buffer | string): boolean => FORMS.some((form) => text.includes(form));

/** Each module has its own fault; all but the network's say the key. */
const FAULTS: readonly ((count: number) => GeminiReply | null)[] = [
  (count) => (count > 1 ? null : geminiError(401, 'UNAUTHENTICATED', `the key ${KEY} is not valid`)),
  (count) =>
    count > 2
      ? null
      : { status: 500, body: { error: { code: 500, message: `no luck with ${KEY}`, status: 'INTERNAL' } } },
  () => ({ status: 400, body: `<html>key=${KEY}</html>` }),
  (count) => (count > 1 ? null : { ...rateLimited('1s'), headers: { 'x-key': KEY } }),
  (count) => (count > 1 ? null : geminiError(429, 'RESOURCE_EXHAUSTED', `${'x'.repeat(190)}${KEY}`)),
  (count) => (count > 2 ? null : { text: 'a review', cutAfterBytes: 20 }),
  (count) => (count > 2 ? null : { status: 200, body: `{"candidates": [ "${KEY}"` }),
  () => null,
];

let server: GeminiServer;
let home: Home;
afterEach(async () => {
  expect(await home.close()).toEqual([]);
  await server.close();
});

/** Where a key is kept, and the file that may hold it. */
type Place = (folder: string) => string | null;

const PLACES: readonly (readonly [string, NodeJS.ProcessEnv, Place])[] = [
  ['the environment', { GEMINI_API_KEY: KEY }, () => null],
  [
    '.env of the workspace',
    {},
    (folder) => {
      const file = join(folder, '.env');
      writeFileSync(file, `GEMINI_API_KEY="${KEY}"\n`);
      return file;
    },
  ],
  [
    'the credentials file',
    {},
    (folder) => {
      const options = { cwd: folder, env: home.env, input: `${KEY}\n`, encoding: 'utf8' } as const;
      const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, 'auth', 'google'], options);
      expect({ status, isShown: holdsKey(stdout + stderr) }).toEqual({ status: 0, isShown: false });
      return join(home.folder, 'config/batch-manager/credentials.json');
    },
  ],
];

test.skipIf(noTemporal !== undefined).each(PLACES)(
  'a key in %s stands nowhere else, whatever the provider says of it',
  async (_, env, keep) => {
    const sent = new Set<string | null>();
    const counts = new Map<string, number>();
    const think = thinkingScript(() => 0);
    server = await startGeminiServer(async (request) => {
      sent.add(request.key);
      const slug = /tiny\/(\d+-module)/.exec(request.prompt)?.[1] ?? '';
      const count = (counts.get(slug) ?? 0) + 1;
      counts.set(slug, count);
      return FAULTS[Number.parseInt(slug, 10) - 1]?.(count) ?? think(request);
    });
    const scratch = tempFolder();
    home = createHome({
      GOOGLE_GEMINI_BASE_URL: server.url,
      BATCH_MANAGER_MODEL: 'google/gemini-2.5-flash',
      BATCH_MANAGER_WAIT_SCALE: '0.01',
      TMPDIR: scratch,
      ...env,
    });
    const folder = tempWorkspace();
    tinyWorkspace(folder, FAULTS.length);
    const keptIn = keep(folder);
    const lines = watchCommandLines();

    const said: string[] = [];
    const run = async (...args: string[]): Promise<string> => {
      const { stdout, stderr } = await home.run(folder, args);
      said.push(stdout, stderr);
      return stdout;
    };
    const task = ['fix-review', 'tiny', '1', String(FAULTS.length)];
    const id = (await run(...task, '-b')).trim();
    // The key is refused once, which pauses the task until a person has mended it.
    await until(() => recordOf(folder, id)?.status === 'paused', 60_000);
    await run('resume', id);
    const record = JSON.parse(await run('watch', id, '--json')) as TaskRecord;
    await run('fix-review', 'tiny', '1', '3');
    for (const args of [
      ['show', 'latest'],
      ['show', 'latest', '--module', '1'],
      ['logs', 'latest'],
      ['list'],
      ['doctor'],
      ['rebuild', record.task_id],
      ['cache', '--list'],
    ])
      await run(...args);
    const histories = await historiesOf(home);
    // While the engine is up, a key of the shell lies in one more file, for the worker and for no other user.
    const state = join(home.folder, 'state/batch-manager');
    const handed = filesUnder(state).filter((file) => holdsKey(readFileSync(file)));
    expect(
      handed.map((file) => [dirname(file), statSync(file).mode & 0o777, statSync(dirname(file)).mode & 0o777]),
    ).toEqual(env.GEMINI_API_KEY === undefined ? [] : [[join(state, 'handed'), 0o600, 0o700]]);
    await run('down', '--now');

    // Each fault was met, with the key: else nothing was tried.
    expect([...sent]).toEqual([KEY]);
    expect(Object.values(record.modules).map(({ outcome, failure }) => failure ?? outcome)).toEqual([
      'PASS_ON_REVIEW',
      'PASS_ON_REVIEW',
      'BadRequest',
      'PASS_ON_REVIEW',
      'PASS_ON_REVIEW',
      'PASS_ON_REVIEW',
      'PASS_ON_REVIEW',
      'PASS_ON_REVIEW',
    ]);
    expect(histories.length).toBeGreaterThan(FAULTS.length);
    expect(histories.some((history) => history.includes('HTTP 400'))).toBe(true);
    const files = [folder, home.folder, scratch].flatMap(filesUnder);
    for (const name of ['.db', 'server.log', '.output', `${record.task_id}.json`, '.jsonl'])
      expect({ name, isThere: files.some((file) => file.endsWith(name)) }).toEqual({ name, isThere: true });

    expect(await lines.end()).toEqual([]);
    expect(histories.filter(holdsKey)).toEqual([]);
    expect(said.filter(holdsKey)).toEqual([]);
    expect(files.filter((file) => holdsKey(readFileSync(file)))).toEqual(keptIn === null ? [] : [keptIn]);
  },
  300_000,
);

/** Looks at the command lines of all processes of the machine again and again; `end` gives those that held the key. */
function watchCommandLines(): { end(): Promise<string[]> } {
  const found = new Set<string>();
  let looks = 0;
  const ended = new AbortController();
  const watching = (async () => {
    while (!ended.signal.aborted) {
      for (const line of commandLines()) if (holdsKey(line)) found.add(line);
      looks += 1;
      await sleep(25, undefined, { signal: ended.signal }).catch(() => undefined);
    }
  })();
  return {
    async end() {
      ended.abort();
      await watching;
      expect(looks).toBeGreaterThan(20);
      return [...found];
    },
  };
}

function commandLines(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => {
    try {
      return [readFileSync(`/proc/${pid}/cmdline`, 'utf8')];
    } catch {
      return [];
    }
  });
}

/** All histories of a home's engine, as JSON with their payloads read. */
async function historiesOf(home: Home): Promise<string[]> {
  const { client, connection } = await connectClient({ address: serverState(home).address });
  const runs = await collect(client.workflow.list());
  await connection.close();
  return runs.map(({ workflowId, runId }) =>
    temporalWorkflow(home, 'show', '-w', workflowId, '-r', runId, '--output', 'json').stdout.toString(),
  );
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
}
