import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createGoogleModel } from '../helpers/google-model.ts';
import type { ModelReply } from '../../src/model/model.ts';
import { startGeminiServer, type GeminiScript, type GeminiServer } from '../helpers/gemini-server.ts';

let server: GeminiServer;
let script: GeminiScript;

beforeEach(async () => {
  server = await startGeminiServer((request) => script(request));
});
afterEach(() => server.close());

function ask(signal: AbortSignal): Promise<ModelReply> {
  const model = createGoogleModel({ apiKey: () => 'key', baseURL: server.url });
  return model.ask({ ask: 'review', model: 'gemini-2.5-flash', prompt: 'Review', signal });
}

test('an abort rejects with the reason itself and closes the socket at the server at once', async () => {
  script = () => ({ hang: true });
  const controller = new AbortController();
  const reason = new Error('stopped by a person');
  const asked = ask(controller.signal).catch((error: unknown) => error);
  await vi.waitFor(() => expect(server.inFlight).toBe(1));
  const abortedAt = Date.now();
  controller.abort(reason);
  expect(await asked).toBe(reason);
  await vi.waitFor(() => expect(server.aborted).toHaveLength(1), { interval: 5 });
  expect((server.aborted[0]?.abortedAt ?? Infinity) - abortedAt).toBeLessThan(250);
  expect(server.inFlight).toBe(0);
});

test('an abort by a time limit rejects with its TimeoutError', async () => {
  script = () => ({ hang: true });
  const error: unknown = await ask(AbortSignal.timeout(200)).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'TimeoutError' });
});

test('an abort while the body of the answer is on its way rejects with the reason', async () => {
  const reason = { words: 'not even an Error' };
  const controller = new AbortController();
  script = () => {
    setTimeout(() => controller.abort(reason), 50);
    return { text: 'x'.repeat(1000), stallAfterBytes: 500 };
  };
  expect(await ask(controller.signal).catch((error: unknown) => error)).toBe(reason);
});

test('a signal that is aborted before the call makes no request', async () => {
  script = () => 'ok';
  const reason = new Error('too late');
  expect(await ask(AbortSignal.abort(reason)).catch((error: unknown) => error)).toBe(reason);
  expect(server.requests).toHaveLength(0);
});

test('a call that failed as the abort came rejects with the reason, not with the failure', async () => {
  const controller = new AbortController();
  const reason = new Error('stopped');
  script = () => {
    controller.abort(reason);
    return { status: 500, body: 'down' };
  };
  expect(await ask(controller.signal).catch((error: unknown) => error)).toBe(reason);
});

test('only the aborted one of three calls ends early', async () => {
  script = () => ({ text: 'done', delayMs: 300 });
  const controller = new AbortController();
  const others = [ask(new AbortController().signal), ask(new AbortController().signal)];
  const aborted = ask(controller.signal).catch(() => 'aborted');
  await vi.waitFor(() => expect(server.inFlight).toBe(3), { interval: 5 });
  controller.abort();
  expect(await aborted).toBe('aborted');
  expect(await Promise.all(others)).toMatchObject([{ text: 'done' }, { text: 'done' }]);
  expect(server.maxInFlight).toBe(3);
  expect(server.aborted).toHaveLength(1);
});

test('a connection that the server cuts is not counted as aborted by the client', async () => {
  script = () => ({ text: 'x'.repeat(1000), cutAfterBytes: 100 });
  await expect(ask(new AbortController().signal)).rejects.toMatchObject({ errorClass: 'network' });
  expect(server.requests).toHaveLength(1);
  expect(server.aborted).toEqual([]);
  await vi.waitFor(() => expect(server.inFlight).toBe(0));
});
