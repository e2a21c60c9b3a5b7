/**
 * gemini-cli itself, from npm, against a Gemini server on loopback. It is installed into a temp folder, which takes a network;
 * GEMINI_CLI names an installed one instead.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test as vitestTest } from 'vitest';
import type { Model } from '../../src/model/model.ts';
import { createModels } from '../../src/model/registry.ts';
import type { TaskRecord } from '../../src/store/records.ts';
import { createHome } from '../helpers/cli.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';
import { dailyQuota, geminiError, invalidKey, rateLimited } from '../helpers/gemini-reply.ts';
import { startGeminiServer, type GeminiScript, type GeminiServer } from '../helpers/gemini-server.ts';
import { tinyWorkspace } from '../helpers/lesson.ts';
import { modelErrorOf } from '../helpers/model-error.ts';
import { tempFolder } from '../helpers/temp.ts';
import { noTemporal } from '../helpers/temporal.ts';
import { thinkingScript } from '../helpers/thinking-server.ts';
import { until } from '../helpers/until.ts';
import { processesWith } from '../process/survivors.ts';

const VERSION = '0.61.0';
const KEY = 'AIza-test-0123456789abcdefghijklmnop';

let folder: string;
/** Path of the program; or why there is none. */
let gemini: { readonly path: string } | { readonly none: string };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'batch-manager-gemini-cli-'));
  gemini = installed(folder);
}, 300_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function installed(prefix: string): typeof gemini {
  const given = process.env.GEMINI_CLI;
  if (given !== undefined)
    return existsSync(given) ? { path: given } : { none: `GEMINI_CLI is ${given}: no such file` };
  try {
    const args = [
      'install',
      '--prefix',
      prefix,
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      `@google/gemini-cli@${VERSION}`,
    ];
    execFileSync('npm', args, { stdio: 'pipe', timeout: 240_000 });
    return { path: join(prefix, 'node_modules/.bin/gemini') };
  } catch (error) {
    return { none: `@google/gemini-cli cannot be installed: ${(error as Error).message.slice(0, 200)}` };
  }
}

/** A test with the real gemini-cli; skipped, with the reason, where it is not to be had. */
const test = vitestTest.extend<{ readonly path: string }>({
  path: async ({ skip }, use) => {
    if ('none' in gemini) skip(gemini.none);
    else await use(gemini.path);
  },
});

/** What the servers were asked. */
const bodies: unknown[] = [];

/** gemini-cli at a server on loopback, with a home of its own. */
async function at(path: string, script: GeminiScript, env: Record<string, string> = {}) {
  const server = await startGeminiServer((request) => {
    bodies.push(request.body);
    return script(request);
  });
  onTestFinished(() => server.close());
  const home = tempFolder();
  logIn(home);
  const models = createModels({
    workspaceRoot: tempFolder(),
    env: { PATH: process.env.PATH, HOME: home, GEMINI_API_KEY: KEY, GOOGLE_GEMINI_BASE_URL: server.url, ...env },
    clis: { gemini: { command: `${path} --output-format json` } },
  });
  const { model, name } = models.get('cli/gemini/gemini-2.5-flash');
  const ask = (prompt: string, signal = new AbortController().signal): ReturnType<Model['ask']> =>
    model.ask({ ask: 'fix', model: name, prompt, signal });
  return { server, home, model, ask };
}

/** With a base URL it wants to be told how to log in; a person's own home says it. */
function logIn(home: string, selectedType = 'gemini-api-key', more: object = {}): void {
  mkdirSync(join(home, '.gemini'), { recursive: true });
  writeFileSync(join(home, '.gemini/settings.json'), JSON.stringify({ security: { auth: { selectedType } }, ...more }));
}

const modelsAsked = (server: GeminiServer): string[] => server.requests.map((request) => request.model);

test('gives the reply to a prompt of a megabyte from its standard input, with its tokens', async ({ path }) => {
  const { server, ask, model } = await at(path, () => ({
    text: '===CONTENT_START===\nГотово.\n===CONTENT_END===',
    usage: {
      promptTokenCount: 140,
      candidatesTokenCount: 20,
      thoughtsTokenCount: 5,
      cachedContentTokenCount: 40,
      totalTokenCount: 165,
    },
  }));
  const prompt = `${'Урок про слова. '.repeat(60_000)}\nWrite to name@example.org, @tasks/x.md or @/etc/hostname. Кінець.`;
  expect(await ask(prompt)).toEqual({
    text: '===CONTENT_START===\nГотово.\n===CONTENT_END===',
    finishReason: 'stop',
    usage: { inputTokens: 140, outputTokens: 25, reasoningTokens: 5, cachedInputTokens: 40 },
  });
  expect(modelsAsked(server)).toEqual(['gemini-2.5-flash']);
  const asked = server.requests[0]?.prompt ?? '';
  expect(asked).toContain(prompt.slice(0, 900_000));
  expect(asked).toContain('@tasks/x.md');
  expect(await model.version?.()).toContain(VERSION);
});

test.for([
  ['a rate limit', rateLimited('7s'), 'rate', 7000],
  ['the quota of the day', dailyQuota(), 'quota', null],
  ['an invalid key', invalidKey(), 'auth', null],
  ['403', geminiError(403, 'PERMISSION_DENIED', 'no'), 'auth', null],
  ['400', geminiError(400, 'INVALID_ARGUMENT', 'Request contains an invalid argument.'), 'bad-request', null],
  ['404', geminiError(404, 'NOT_FOUND', 'no such model'), 'bad-request', null],
  ['500', geminiError(500, 'INTERNAL', 'internal'), 'provider-down', null],
  ['503', geminiError(503, 'UNAVAILABLE', 'overloaded'), 'provider-down', null],
  ['HTML', { status: 502, body: '<html>Bad Gateway</html>' }, 'provider-down', null],
] as const)('tells %s apart', async ([, answer, errorClass, retryAfterMs], { path }) => {
  const { ask, server } = await at(path, () => answer);
  const error = await modelErrorOf(ask('Перекладіть, будь ласка, цей дуже довгий урок.'), [KEY, 'Перекладіть']);
  expect({ error: error.errorClass, said: error.message, wait: error.retryAfterMs }).toMatchObject({
    error: errorClass,
    wait: retryAfterMs,
  });
  expect(server.requests).toHaveLength(1);
});

test('tells a blocked reply from none, and gives one that was cut as far as it got', async ({ path }) => {
  const blocked = await at(path, () => ({ finishReason: 'SAFETY' }));
  expect(await blocked.ask('Слово.')).toMatchObject({ text: '', finishReason: 'content-filter' });
  // It says nothing of the cut: the delimiters of the reply tell.
  const cut = await at(path, () => ({ text: '===CONTENT_START===\nПоло', finishReason: 'MAX_TOKENS' }));
  expect(await cut.ask('Слово.')).toMatchObject({ text: '===CONTENT_START===\nПоло', finishReason: 'stop' });
  expect([...modelsAsked(blocked.server), ...modelsAsked(cut.server)]).toHaveLength(2);
});

test('without a key says that it wants one; with a dead server, that the network is down', async ({ path }) => {
  const { ask } = await at(path, () => 'ok', { GEMINI_API_KEY: '' });
  expect((await modelErrorOf(ask('Слово.'), [])).errorClass).toBe('auth');
  const dead = await at(path, () => 'ok', { GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:81' });
  expect((await modelErrorOf(dead.ask('Слово.'), [KEY])).errorClass).toBe('network');
});

test('is gone with all its processes soon after an abort, and leaves no file of ours', async ({ path }) => {
  const { server, ask } = await at(path, () => ({ hang: true }));
  const controller = new AbortController();
  const asked = ask('Слово.', controller.signal).catch((reason: unknown) => reason);
  await until(() => server.inFlight === 1, 60_000);
  expect(processesWith(path).length).toBeGreaterThan(0);
  controller.abort('stopped');
  await until(() => processesWith(path).length === 0, 4000);
  expect(await asked).toBe('stopped');
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`batch-manager-cli-${process.pid}-`))).toEqual([]);
});

test("keeps to a person's own settings of how to log in, and starts none of their MCP servers", async ({ path }) => {
  const { ask, home, server } = await at(path, () => 'ok');
  const started = join(home, 'mcp-started');
  const mcpServers = { other: { command: 'touch', args: [started] } };
  logIn(home, 'gemini-api-key', { mcpServers });
  expect(await ask('Слово.')).toMatchObject({ text: 'ok' });
  expect(existsSync(started)).toBe(false);
  const { tools, systemInstruction } = bodies.at(-1) as { tools: object; systemInstruction: object };
  expect(JSON.stringify(tools)).not.toContain('read_file');
  expect(JSON.stringify(systemInstruction)).toContain('You are asked by a program');
  // There is no login, and no browser to make one with: the key is not used in its place.
  logIn(home, 'oauth-personal', { mcpServers });
  expect((await modelErrorOf(ask('Слово.'), [KEY])).errorClass).toBe('auth');
  expect(server.requests).toHaveLength(1);
});

vitestTest.skipIf(noTemporal !== undefined)('takes a batch to its end', async ({ skip }) => {
  if ('none' in gemini) return skip(gemini.none);
  const think = thinkingScript(() => 0);
  const server = await startGeminiServer(think);
  const home = createHome({
    BATCH_MANAGER_MODEL: 'cli/gemini',
    GEMINI_API_KEY: KEY,
    GOOGLE_GEMINI_BASE_URL: server.url,
  });
  onTestFinished(async () => {
    expect(await home.close()).toEqual([]);
    await server.close();
  });
  logIn(home.folder);
  const workspace = tempWorkspace();
  tinyWorkspace(workspace, 3);
  const env = ['GEMINI_API_KEY', 'GOOGLE_GEMINI_BASE_URL', 'BATCH_MANAGER_TEST_HOME'];
  const clis = { gemini: { command: `${gemini.path} --output-format json`, env } };
  appendFileSync(join(workspace, 'batch-manager.yaml'), `clis: ${JSON.stringify(clis)}\n`);
  const { stdout } = await home.run(workspace, ['fix-review', 'tiny', '1', '3', '--json', '--concurrency', '2']);
  expect((JSON.parse(stdout) as TaskRecord).counts).toEqual({ PASS_ON_REVIEW: 3 });
  expect(modelsAsked(server)).toEqual(['gemini-2.5-flash', 'gemini-2.5-flash', 'gemini-2.5-flash']);
});
