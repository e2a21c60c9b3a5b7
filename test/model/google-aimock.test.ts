import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createGoogleModel } from '../helpers/google-model.ts';
import type { ModelReply } from '../../src/model/model.ts';

const mock = new LLMock({ port: 0 });

beforeAll(async () => {
  await mock.start();
});
afterAll(() => mock.stop());

function ask(prompt: string): Promise<ModelReply> {
  const model = createGoogleModel({ apiKey: () => 'key', baseURL: mock.url });
  return model.ask({ ask: 'review', model: 'gemini-2.5-pro', prompt, signal: new AbortController().signal });
}

test("another's server of the Gemini protocol is understood", async () => {
  mock.onMessage(/lesson six/, {
    content: 'Overall Score: 9/10',
    usage: { promptTokenCount: 120, candidatesTokenCount: 30, totalTokenCount: 150 },
  });
  const reply = await ask('Review lesson six');
  expect(reply).toMatchObject({ text: 'Overall Score: 9/10', finishReason: 'stop' });
  expect(reply.usage).toMatchObject({ inputTokens: 120, outputTokens: 30 });
});

test('its cut reply has the finish reason length', async () => {
  mock.onMessage(/lesson seven/, { content: 'half', finishReason: 'length' });
  expect(await ask('Review lesson seven')).toMatchObject({ text: 'half', finishReason: 'length' });
});

test('its 429 with a Retry-After is a rate limit with that wait, asked once', async () => {
  const before = mock.getRequests().length;
  mock.onMessage(/lesson eight/, { error: { message: 'slow down' }, status: 429, retryAfter: 2 });
  await expect(ask('Review lesson eight')).rejects.toMatchObject({ errorClass: 'rate', retryAfterMs: 2000 });
  expect(mock.getRequests().length - before).toBe(1);
});
