import { afterEach, expect, test, vi } from 'vitest';
import { createGoogleModel, type GoogleOptions } from '../helpers/google-model.ts';
import type { ModelReply } from '../../src/model/model.ts';
import type { GeminiReply } from '../helpers/gemini-reply.ts';
import { startGeminiServer, type GeminiScript, type GeminiServer } from '../helpers/gemini-server.ts';

const KEY = 'AIzaTestKey-0123456789';
const servers: GeminiServer[] = [];

afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(script: GeminiScript): Promise<GeminiServer> {
  const server = await startGeminiServer(script);
  servers.push(server);
  return server;
}

async function askOnce(reply: GeminiReply | string): Promise<ModelReply> {
  const server = await serve(() => reply);
  return ask({ baseURL: server.url });
}

function ask(
  options: Partial<GoogleOptions>,
  prompt = 'Review this lesson',
  signal?: AbortSignal,
): Promise<ModelReply> {
  const model = createGoogleModel({ apiKey: () => KEY, env: {}, ...options });
  const never = new AbortController().signal;
  return model.ask({ ask: 'review', model: 'gemini-2.5-flash', prompt, signal: signal ?? never });
}

test('a call sends prompt, model and key as Gemini wants them, and returns text, finish reason and usage', async () => {
  const seen: unknown[] = [];
  const server = await serve((request) => {
    seen.push(request);
    return {
      text: 'Оцінка: 9/10',
      usage: {
        promptTokenCount: 1000,
        candidatesTokenCount: 200,
        thoughtsTokenCount: 300,
        cachedContentTokenCount: 400,
        totalTokenCount: 1500,
      },
    };
  });
  const reply = await ask({ baseURL: server.url }, 'Перевір урок');
  expect(reply).toEqual({
    text: 'Оцінка: 9/10',
    finishReason: 'stop',
    usage: { inputTokens: 1000, outputTokens: 500, reasoningTokens: 300, cachedInputTokens: 400 },
  });
  expect(seen).toMatchObject([{ model: 'gemini-2.5-flash', prompt: 'Перевір урок', n: 1, key: KEY }]);
});

test('temperature and length are left to the provider', async () => {
  const bodies: unknown[] = [];
  const server = await serve((request) => {
    bodies.push(request.body);
    return 'ok';
  });
  await ask({ baseURL: server.url });
  expect(bodies).toMatchObject([{ generationConfig: {} }]);
  expect((bodies[0] as { generationConfig: object }).generationConfig).toEqual({});
});

test('usage that the provider does not send is null, not zero', async () => {
  const reply = await askOnce({ text: 'ok', usage: null });
  expect(reply.usage).toEqual({
    inputTokens: null,
    outputTokens: null,
    reasoningTokens: null,
    cachedInputTokens: null,
  });
});

test('a reply cut at the token limit is returned with the finish reason length', async () => {
  expect(await askOnce({ text: 'half a les', finishReason: 'MAX_TOKENS' })).toMatchObject({
    text: 'half a les',
    finishReason: 'length',
  });
});

test.each<[string, GeminiReply]>([
  ['the reply', { finishReason: 'SAFETY' }],
  ['the prompt', { blockReason: 'PROHIBITED_CONTENT' }],
])('a filter on %s gives an empty text with the finish reason content-filter', async (_, reply) => {
  expect(await askOnce(reply)).toMatchObject({ text: '', finishReason: 'content-filter' });
});

test('a finish reason of no meaning to us is other', async () => {
  expect(await askOnce({ text: 'hm', finishReason: 'OTHER' })).toMatchObject({ text: 'hm', finishReason: 'other' });
});

test.each([
  ['', '/v1beta'],
  ['/', '/v1beta'],
  ['/v1', '/v1'],
  ['/v1beta/', '/v1beta'],
])('a base URL that ends in "%s" asks under %s', async (ending) => {
  const server = await serve(() => 'ok');
  await ask({ baseURL: server.url + ending });
  expect(server.requests).toHaveLength(1);
});

test('without a base URL option the environment variable counts', async () => {
  const server = await serve(() => 'ok');
  await ask({ env: { GOOGLE_GEMINI_BASE_URL: server.url } });
  vi.stubEnv('GOOGLE_GEMINI_BASE_URL', server.url);
  await createGoogleModel({ apiKey: () => KEY }).ask({
    ask: 'fix',
    model: 'gemini-2.5-pro',
    prompt: 'Fix',
    signal: new AbortController().signal,
  });
  expect(server.requests.map((request) => request.model)).toEqual(['gemini-2.5-flash', 'gemini-2.5-pro']);
});

test('an answer that comes later than the time limit of fetch is still had', async () => {
  const server = await serve(() => ({ text: 'late', delayMs: 2200 }));
  const symbol = Symbol.for('undici.globalDispatcher.1');
  const globals = globalThis as unknown as Record<symbol, { constructor: new (options: object) => object }>;
  void new Response(null);
  const before = globals[symbol];
  if (before === undefined) throw new Error('Node has no global dispatcher');
  // Node's limit is 300 s; the same limit set to 0.3 s stands for it, and plain fetch proves that it bites.
  Object.assign(globals, { [symbol]: new before.constructor({ headersTimeout: 300 }) });
  try {
    const plain = fetch(`${server.url}/v1beta/models/m:generateContent`, { method: 'POST', body: '{}' });
    const [fetched, reply] = await Promise.allSettled([plain, ask({ baseURL: server.url })]);
    expect(fetched).toMatchObject({ reason: { cause: { code: 'UND_ERR_HEADERS_TIMEOUT' } } });
    expect(reply).toMatchObject({ value: { text: 'late' } });
  } finally {
    Object.assign(globals, { [symbol]: before });
  }
});

test('a redirect is not followed, so that the key stays with the host it was meant for', async () => {
  const other = await serve(() => 'stolen');
  const location = `${other.url}/v1beta/models/gemini-2.5-flash:generateContent`;
  const server = await serve(() => ({ status: 307, headers: { location } }));
  await expect(ask({ baseURL: server.url })).rejects.toMatchObject({ errorClass: 'setup' });
  expect(other.requests).toHaveLength(0);
});

test('a model without a key says where to set one, and does not call', async () => {
  const server = await serve(() => 'ok');
  const keyHelp = 'GEMINI_API_KEY in /ws/.env';
  const options = { apiKey: () => null, keyHelp, baseURL: server.url };
  expect(createGoogleModel(options).missing()?.message).toBe(
    'google has no API key. Set one of: GEMINI_API_KEY in /ws/.env',
  );
  await expect(ask(options)).rejects.toMatchObject({
    errorClass: 'auth',
    message: expect.stringContaining(keyHelp) as string,
  });
  expect(server.requests).toHaveLength(0);
});

test('a model with key and address misses nothing', () => {
  expect(createGoogleModel({ apiKey: () => KEY, env: {} }).missing()).toBeNull();
});

test('a key set while the model lives is used from the next call on', async () => {
  let key: string | null = null;
  const server = await serve(() => 'ok');
  const model = createGoogleModel({ apiKey: () => key, baseURL: server.url });
  expect(model.missing()).not.toBeNull();
  key = KEY;
  expect(model.missing()).toBeNull();
  const signal = new AbortController().signal;
  await model.ask({ ask: 'review', model: 'gemini-2.5-flash', prompt: 'Review', signal });
  expect(server.requests).toHaveLength(1);
});

test.each([
  ['not a url', 'is "not a url", not a plain http(s) address'],
  ['ftp://host/', 'is "ftp://host/"'],
  ['https://me:secret@host/', 'is an address with a user name'],
])('the base URL %s is missing() with its value, but never with a password', (value, said) => {
  const message = createGoogleModel({ apiKey: () => KEY, env: { GOOGLE_GEMINI_BASE_URL: value } }).missing()?.message;
  expect(message).toContain(`GOOGLE_GEMINI_BASE_URL ${said}`);
  expect(message).not.toContain('secret');
});
