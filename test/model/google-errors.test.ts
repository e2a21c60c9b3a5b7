import { inspect } from 'node:util';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { createGoogleModel } from '../helpers/google-model.ts';
import type { ModelError, ModelErrorClass } from '../../src/model/model.ts';
import { dailyQuota, geminiError, invalidKey, rateLimited, type GeminiReply } from '../helpers/gemini-reply.ts';
import { modelErrorOf } from '../helpers/model-error.ts';
import { startGeminiServer } from '../helpers/gemini-server.ts';

const KEY = 'AIzaSecretKey-0123456789';
const PROMPT = 'Дуже таємний текст уроку, який не сміє потрапити до журналу.';

/** The error of one call, checked to be a ModelError that shows neither key nor prompt at any depth. */
async function errorFrom(baseURL: string): Promise<ModelError> {
  const model = createGoogleModel({ apiKey: () => KEY, baseURL, env: {} });
  const asked = model.ask({
    ask: 'fix',
    model: 'gemini-2.5-flash',
    prompt: PROMPT,
    signal: new AbortController().signal,
  });
  return modelErrorOf(asked, [KEY, 'таємний']);
}

/** The error that a scripted answer gives; one request, since retries are the caller's. */
async function errorOf(reply: GeminiReply): Promise<ModelError> {
  const server = await startGeminiServer(() => reply);
  try {
    const error = await errorFrom(server.url);
    expect(server.requests).toHaveLength(1);
    return error;
  } finally {
    await server.close();
  }
}

test('a 429 with RetryInfo is class rate and waits for the whole of it, rounded up to ms', async () => {
  const error = await errorOf(rateLimited('45.837906927s'));
  expect(error).toMatchObject({ errorClass: 'rate', retryAfterMs: 45_838 });
  expect(error.message).toBe('google answered HTTP 429 RESOURCE_EXHAUSTED: You exceeded your current quota.');
});

test('a 429 with a Retry-After header waits that long', async () => {
  const error = await errorOf({ ...rateLimited(), headers: { 'retry-after': '7' } });
  expect(error).toMatchObject({ errorClass: 'rate', retryAfterMs: 7000 });
});

test('a 429 with a date in Retry-After waits until then', async () => {
  const at = new Date(Date.now() + 60_000).toUTCString();
  const { retryAfterMs } = await errorOf({ ...rateLimited(), headers: { 'retry-after': at } });
  expect(retryAfterMs).toBeGreaterThan(50_000);
  expect(retryAfterMs).toBeLessThanOrEqual(60_000);
});

test('a 429 that says nothing of a wait has none', async () => {
  expect(await errorOf(rateLimited())).toMatchObject({ errorClass: 'rate', retryAfterMs: null });
  expect(await errorOf({ status: 429, body: '' })).toMatchObject({ errorClass: 'rate', retryAfterMs: null });
});

test('a 429 of the daily quota is class quota', async () => {
  expect(await errorOf(dailyQuota())).toMatchObject({ errorClass: 'quota', retryAfterMs: 45_838 });
});

test('a 429 of a gateway that leaves fields of the error out is still read', async () => {
  const error = await errorOf({
    status: 429,
    body: {
      error: { details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '3s' }] },
    },
  });
  expect(error).toMatchObject({ errorClass: 'rate', retryAfterMs: 3000 });
});

test.each<[string, GeminiReply]>([
  ['401', geminiError(401, 'UNAUTHENTICATED', 'Request had invalid credentials.')],
  ['403', geminiError(403, 'PERMISSION_DENIED', 'Permission denied.')],
  ['400 for an invalid key', invalidKey()],
])('a %s is class auth and says where the key is looked for', async (_, reply) => {
  const error = await errorOf(reply);
  expect(error.errorClass).toBe('auth');
  expect(error.message).toContain('GEMINI_API_KEY');
});

test.each<[string, GeminiReply]>([
  ['500', geminiError(500, 'INTERNAL', 'Internal error.')],
  ['503 with a wait', { ...geminiError(503, 'UNAVAILABLE', 'Overloaded.'), headers: { 'retry-after-ms': '1500.2' } }],
  ['502 in HTML', { status: 502, body: '<html><h1>Bad Gateway</h1></html>' }],
  ['408', { status: 408, body: '' }],
  ['409', geminiError(409, 'ABORTED', 'Aborted.')],
  ['200 that is no JSON', { body: '<html>Welcome to the hotel network</html>' }],
  ['200 of another form', { body: { candidates: 'none' } }],
])('an answer %s is class provider-down', async (title, reply) => {
  const error = await errorOf(reply);
  expect(error.errorClass).toBe('provider-down');
  expect(error.retryAfterMs).toBe(title.includes('wait') ? 1501 : null);
  expect(error.message).not.toMatch(/html|hotel/i);
});

test.each<[string, GeminiReply]>([
  ['400', geminiError(400, 'INVALID_ARGUMENT', 'The input token count exceeds the maximum.')],
  ['413', { status: 413, body: 'too large' }],
])('a %s is class bad-request, with the short message of the provider', async (_, reply) => {
  expect(await errorOf(reply)).toMatchObject({ errorClass: 'bad-request' });
});

test.each<[string, ModelErrorClass, GeminiReply]>([
  ['404 for a model', 'model', geminiError(404, 'NOT_FOUND', 'models/gemini-9 is not found.')],
  [
    '400 for a model',
    'model',
    geminiError(400, 'INVALID_ARGUMENT', 'The model `x` does not exist or is not available.'),
  ],
  ['404 of what is no API', 'setup', { status: 404, body: '<html><h1>Not Found</h1></html>' }],
  ['redirect', 'setup', { status: 301, body: '', headers: { location: 'https://example.org/' } }],
  ['405', 'setup', { status: 405, body: '' }],
  ['402', 'account', { status: 402, body: '' }],
  [
    '400 for a place that is not served',
    'account',
    geminiError(400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.'),
  ],
  [
    '429 for a quota of none',
    'account',
    geminiError(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for metric: x, limit: 0, model: gemini-2.5-pro'),
  ],
  ['429 for a quota of ten', 'rate', geminiError(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for metric: x, limit: 10')],
])('a %s is class %s', async (_, errorClass, reply) => {
  expect(await errorOf(reply)).toMatchObject({ errorClass });
});

test('a body that is cut in the middle is class network', async () => {
  const error = await errorOf({ text: 'a long reply '.repeat(500), cutAfterBytes: 1000 });
  expect(error).toMatchObject({ errorClass: 'network' });
  expect(error.message).toMatch(/^no answer from google at http:\/\/127\.0\.0\.1:\d+: UND_ERR_SOCKET$/);
});

test('a refused connection is class network', async () => {
  const probe = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => probe.once('listening', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const error = await errorFrom(`http://127.0.0.1:${port}`);
  expect(error).toMatchObject({ errorClass: 'network' });
  expect(error.message).toBe(`no answer from google at http://127.0.0.1:${port}: ECONNREFUSED`);
});

test('a provider that quotes prompt or key in its message is not quoted on', async () => {
  const quoted = await errorOf(geminiError(400, 'INVALID_ARGUMENT', `Invalid value: "${PROMPT}"`));
  expect(quoted.message).toBe('google answered HTTP 400 INVALID_ARGUMENT');
  const leaked = await errorOf(geminiError(403, 'PERMISSION_DENIED', `Key ${KEY} has no access.`));
  expect(leaked.message).toMatch(/^google answered HTTP 403 PERMISSION_DENIED\. The key is looked for/);
  const cut = await errorOf(geminiError(400, 'INVALID_ARGUMENT', `${'-'.repeat(190)}${KEY}`));
  expect(cut.message).not.toContain(KEY.slice(0, 8));
});

test('a long message of the provider is cut to 200 characters', async () => {
  const error = await errorOf(geminiError(500, 'INTERNAL', 'x'.repeat(5000)));
  expect(error.message).toBe(`google answered HTTP 500 INTERNAL: ${'x'.repeat(200)}`);
});

test.each([['key with a space'], ['key\nnext'], ['ключ']])(
  'the key %j is refused before a call, unquoted',
  async (key) => {
    const model = createGoogleModel({ apiKey: () => key, env: {} });
    const signal = new AbortController().signal;
    const error: unknown = await model
      .ask({ ask: 'review', model: 'gemini-2.5-flash', prompt: 'x', signal })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ errorClass: 'auth' });
    expect(inspect(error)).not.toContain(key);
  },
);
