/** Reviews as structured output, over each protocol on a real server. */
import { describe, expect, test } from 'vitest';
import { extractReview } from '../../src/domain/reply.ts';
import { parseReview } from '../../src/domain/review-text.ts';
import { createModels } from '../../src/model/registry.ts';
import { serveHttp, type HttpAnswer, type HttpRequest } from '../helpers/http-server.ts';
import { reviewObject } from '../helpers/review-object.ts';
import { tempFolder } from '../helpers/temp.ts';

const OBJECT = reviewObject({ score: 9.3, verdict: 'PASS' });
const TEXT = 'A review in words.';

/** How each protocol is asked for an object, and how it answers. */
const PROTOCOLS = {
  'google/gemini-2.5-flash': {
    schema: ({ generationConfig }: HttpRequest['body']) =>
      (generationConfig as { responseSchema?: unknown } | undefined)?.responseSchema,
    prompt: ({ contents }: HttpRequest['body']) => JSON.stringify(contents),
    reply: (text: string) => ({
      candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }],
      usageMetadata: { promptTokenCount: 10, candidatesTokenCount: 5 },
    }),
    refusal: { error: { code: 400, message: 'JSON mode is not enabled for this model', status: 'INVALID_ARGUMENT' } },
  },
  'openai/gpt-5-mini': {
    schema: ({ response_format: format }: HttpRequest['body']) =>
      (format as { json_schema?: { schema?: unknown } } | undefined)?.json_schema?.schema,
    prompt: ({ messages }: HttpRequest['body']) => JSON.stringify(messages),
    reply: (content: string) => ({
      id: 'c1',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    }),
    refusal: {
      error: { message: "Invalid parameter: 'response_format' of type 'json_schema'", type: 'x', code: null },
    },
  },
  'anthropic/claude-sonnet-4-5': {
    schema: (body: HttpRequest['body']) =>
      (body as { output_config?: { format?: { schema?: unknown } }; output_format?: { schema?: unknown } })
        .output_config?.format?.schema ?? (body as { output_format?: { schema?: unknown } }).output_format?.schema,
    prompt: ({ messages }: HttpRequest['body']) => JSON.stringify(messages),
    reply: (text: string) => ({
      id: 'm1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 10, output_tokens: 5 },
    }),
    refusal: { type: 'error', error: { type: 'invalid_request_error', message: 'output_config: not supported' } },
  },
} as const;

type Name = keyof typeof PROTOCOLS;

async function serve(name: Name, answer: (request: HttpRequest) => HttpAnswer, structured?: boolean) {
  const server = await serveHttp(answer);
  const provider = name.split('/')[0] ?? '';
  const models = createModels({
    workspaceRoot: tempFolder(),
    env: { HOME: tempFolder(), GEMINI_API_KEY: 'k', OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k' },
    providers: {
      [provider]: { 'base-url': server.url, ...(structured !== undefined && { 'structured-output': structured }) },
    },
  });
  const { model, name: known } = models.get(name);
  const { signal } = new AbortController();
  const ask = (reviewForm: boolean) =>
    model.ask({ ask: 'review', model: known, prompt: 'Review this.', signal, reviewForm });
  return { ask, requests: server.requests };
}

describe.each(Object.keys(PROTOCOLS) as Name[])('%s', (name) => {
  const { schema, reply, refusal, prompt } = PROTOCOLS[name];

  test('is asked for an object, which comes back as the text of the form', async () => {
    const { ask, requests } = await serve(name, () => ({ body: reply(OBJECT) }));
    const got = await ask(true);
    expect(got).toMatchObject({ finishReason: 'stop', usage: { inputTokens: 10, outputTokens: 5 } });
    expect(parseReview(extractReview(got.text) ?? '')).toMatchObject({ ok: true, review: { score: 9.3 } });
    expect(requests).toHaveLength(1);
    expect(schema(requests[0]?.body ?? {})).toMatchObject({ type: 'object', properties: { dimensions: {} } });
    expect(prompt(requests[0]?.body ?? {})).toContain('Give this review as one JSON object');
  });

  test('is asked for a text where no review of the form is wanted', async () => {
    const { ask, requests } = await serve(name, () => ({ body: reply(TEXT) }));
    expect(await ask(false)).toMatchObject({ text: TEXT });
    expect(schema(requests[0]?.body ?? {})).toBeUndefined();
    expect(prompt(requests[0]?.body ?? {})).not.toContain('JSON object');
  });

  test('may answer with a text all the same: it is given as it is, and not paid twice', async () => {
    const { ask, requests } = await serve(name, () => ({ body: reply(TEXT) }));
    expect(await ask(true)).toMatchObject({ text: TEXT, finishReason: 'stop' });
    expect(requests).toHaveLength(1);
  });

  test('that refuses a schema is asked for a text, once and from then on', async () => {
    const { ask, requests } = await serve(name, ({ body }) =>
      schema(body) === undefined ? { body: reply(TEXT) } : { status: 400, body: refusal },
    );
    expect(await ask(true)).toMatchObject({ text: TEXT });
    expect(await ask(true)).toMatchObject({ text: TEXT });
    expect(requests.map(({ body }) => schema(body) !== undefined)).toEqual([true, false, false]);
  });

  test('that refuses a request for another reason is asked once', async () => {
    const { ask, requests } = await serve(name, () => ({
      status: 400,
      body: { error: { code: 400, message: 'The prompt is too long.', status: 'INVALID_ARGUMENT' } },
    }));
    await expect(ask(true)).rejects.toMatchObject({ errorClass: 'bad-request' });
    expect(requests).toHaveLength(1);
  });

  test('is asked for a text where the settings say so', async () => {
    const { ask, requests } = await serve(name, () => ({ body: reply(TEXT) }), false);
    await ask(true);
    expect(schema(requests[0]?.body ?? {})).toBeUndefined();
  });
});
