/** Providers beside Google, each asked over its own protocol on a real server. */
import { describe, expect, test } from 'vitest';
import type { ModelError, ModelReply } from '../../src/model/model.ts';
import { createModels } from '../../src/model/registry.ts';
import { tempFolder } from '../helpers/temp.ts';
import { modelErrorOf } from '../helpers/model-error.ts';
import { serveHttp, type HttpAnswer } from '../helpers/http-server.ts';

const KEY = 'sk-Secret-0123456789';
const PROMPT = 'Дуже таємний текст уроку, який не сміє потрапити до журналу.';

type Finish = 'stop' | 'length' | 'content-filter';

/** What an answer looks like in each protocol. */
const PROVIDERS = {
  anthropic: {
    model: 'anthropic/claude-sonnet-4-5',
    path: '/v1/messages',
    auth: ['x-api-key', KEY],
    reply: (text: string, finish: Finish) => ({
      id: 'm1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: text === '' ? [] : [{ type: 'text', text }],
      stop_reason: { stop: 'end_turn', length: 'max_tokens', 'content-filter': 'refusal' }[finish],
      stop_sequence: null,
      usage: { input_tokens: 100, output_tokens: 20, cache_read_input_tokens: 40 },
    }),
    failure: (type: string, message: string) => ({ type: 'error', error: { type, message } }),
  },
  openai: {
    model: 'openai/gpt-5-mini',
    path: '/v1/chat/completions',
    auth: ['authorization', `Bearer ${KEY}`],
    reply: (text: string, finish: Finish) => ({
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model: 'gpt-5-mini',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: text },
          finish_reason: { stop: 'stop', length: 'length', 'content-filter': 'content_filter' }[finish],
        },
      ],
      usage: {
        prompt_tokens: 140,
        completion_tokens: 20,
        total_tokens: 160,
        prompt_tokens_details: { cached_tokens: 40 },
      },
    }),
    failure: (code: string, message: string) => ({ error: { message, type: 'error', param: null, code } }),
  },
} as const;

/** Asks a provider at a server that answers so; `requests` tells what it was asked. */
async function asked(provider: keyof typeof PROVIDERS, answer: HttpAnswer) {
  const server = await serveHttp(() => answer);
  const models = createModels({
    workspaceRoot: tempFolder(),
    env: { HOME: tempFolder(), ANTHROPIC_API_KEY: KEY, OPENAI_API_KEY: KEY },
    providers: { [provider]: { 'base-url': server.url } },
  });
  const { model, name } = models.get(PROVIDERS[provider].model);
  const { signal } = new AbortController();
  const reply = model.ask({ ask: 'fix', model: name, prompt: PROMPT, signal });
  return { reply, requests: server.requests };
}

async function failureOf(provider: keyof typeof PROVIDERS, answer: HttpAnswer): Promise<ModelError> {
  const { reply, requests } = await asked(provider, answer);
  const error = await modelErrorOf(reply, [KEY, 'таємний']);
  expect(requests).toHaveLength(1);
  return error;
}

describe.each(['anthropic', 'openai'] as const)('%s', (provider) => {
  const { path, auth, reply: replied, failure, model } = PROVIDERS[provider];

  test('is asked with model, prompt and key as its protocol wants them, and its usage is read', async () => {
    const { reply, requests } = await asked(provider, { body: replied('Оцінка: 9/10', 'stop') });
    expect(await reply).toEqual<ModelReply>({
      text: 'Оцінка: 9/10',
      finishReason: 'stop',
      usage: {
        inputTokens: 140,
        outputTokens: 20,
        reasoningTokens: provider === 'openai' ? 0 : null,
        cachedInputTokens: 40,
      },
    });
    const [request] = requests;
    expect(request?.path).toBe(path);
    expect(request?.headers[auth[0]]).toBe(auth[1]);
    expect(request?.body.model).toBe(model.split('/')[1]);
    expect(JSON.stringify(request?.body.messages)).toContain(PROMPT);
  });

  test('a reply that was cut or blocked says so', async () => {
    expect(await (await asked(provider, { body: replied('half', 'length') })).reply).toMatchObject({
      text: 'half',
      finishReason: 'length',
    });
    expect(await (await asked(provider, { body: replied('', 'content-filter') })).reply).toMatchObject({
      text: '',
      finishReason: 'content-filter',
    });
  });

  test.each([
    [400, 'bad-request'],
    [401, 'auth'],
    [402, 'account'],
    [403, 'auth'],
    [404, 'model'],
    [408, 'provider-down'],
    [413, 'bad-request'],
    [429, 'rate'],
    [500, 'provider-down'],
    [503, 'provider-down'],
    [529, 'provider-down'],
  ])('HTTP %i is of class %s, with what the provider said', async (status, errorClass) => {
    const error = await failureOf(provider, { status, body: failure('some_error', 'Something is wrong.') });
    expect(error.errorClass).toBe(errorClass);
    expect(error.message).toContain(`${provider} answered HTTP ${status} some_error: Something is wrong.`);
  });

  test('a rate limit waits as its Retry-After says', async () => {
    const answer = { status: 429, headers: { 'retry-after': '7' }, body: failure('rate_limit_error', 'Slow down.') };
    expect(await failureOf(provider, answer)).toMatchObject({ errorClass: 'rate', retryAfterMs: 7000 });
  });

  test('what quotes the prompt or the key is left out of the message', async () => {
    const error = await failureOf(provider, {
      status: 400,
      body: failure('invalid', `Bad input: ${PROMPT} for ${KEY}`),
    });
    expect(error.message).toBe(`${provider} answered HTTP 400 invalid`);
  });

  test('an answer that is no JSON, or JSON of another shape, is a provider that is down', async () => {
    for (const body of ['<html>gateway</html>', '{"hello":', {}])
      expect((await failureOf(provider, { body })).errorClass).toBe('provider-down');
  });
});

test('an account without credit is refused as such, whatever the status', async () => {
  const openai = PROVIDERS.openai.failure('insufficient_quota', 'You exceeded your current quota.');
  expect((await failureOf('openai', { status: 429, body: openai })).errorClass).toBe('account');
  const anthropic = PROVIDERS.anthropic.failure('invalid_request_error', 'Your credit balance is too low.');
  expect((await failureOf('anthropic', { status: 400, body: anthropic })).errorClass).toBe('account');
});

test('a provider on this machine is asked without a key, and its bare error text is read', async () => {
  const server = await serveHttp(() => ({ status: 404, body: { error: 'model "qwen3" not found' } }));
  const env = { HOME: tempFolder(), OLLAMA_BASE_URL: server.url };
  const { model, name } = createModels({ workspaceRoot: tempFolder(), env }).get('ollama/qwen3:8b');
  expect(model.missing()).toBeNull();
  const { signal } = new AbortController();
  await expect(model.ask({ ask: 'fix', model: name, prompt: PROMPT, signal })).rejects.toThrow(
    'ollama answered HTTP 404: model "qwen3" not found',
  );
  expect(server.requests[0]).toMatchObject({ path: '/v1/chat/completions', body: { model: 'qwen3:8b' } });
  expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
});

test('a provider of the settings is asked at its address with the key of its variable', async () => {
  const server = await serveHttp(() => ({ body: PROVIDERS.openai.reply('ok', 'stop') }));
  const models = createModels({
    workspaceRoot: tempFolder(),
    env: { HOME: tempFolder(), GATEWAY_KEY: KEY },
    providers: { gateway: { 'base-url': `${server.url}/llm/v2`, 'key-variable': 'GATEWAY_KEY' } },
  });
  const { model, name } = models.get('gateway/team/model-1');
  const { signal } = new AbortController();
  expect(await model.ask({ ask: 'fix', model: name, prompt: 'x', signal })).toMatchObject({ text: 'ok' });
  expect(server.requests[0]).toMatchObject({ path: '/llm/v2/chat/completions', body: { model: 'team/model-1' } });
  expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
});
