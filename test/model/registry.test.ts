import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ModelReply } from '../../src/model/model.ts';
import { createModels, type Models } from '../../src/model/registry.ts';
import { startGeminiServer } from '../helpers/gemini-server.ts';

let workspaceRoot: string;

beforeEach(async () => {
  workspaceRoot = await mkdtemp(join(tmpdir(), 'registry-'));
});
afterEach(() => rm(workspaceRoot, { recursive: true }));

function models(env: Record<string, string> = {}, googleBaseURL?: string): Models {
  const providers = googleBaseURL === undefined ? {} : { google: { 'base-url': googleBaseURL } };
  return createModels({ workspaceRoot, env: { HOME: workspaceRoot, ...env }, providers });
}

function ask(made: Models, text: string): Promise<ModelReply> {
  const { model, name } = made.get(text);
  return model.ask({ ask: 'review', model: name, prompt: 'Review', signal: new AbortController().signal });
}

test('a name gives its provider and the name to ask it with, the same provider each time', () => {
  const made = models();
  const flash = made.get('google/gemini-2.5-flash');
  expect(flash).toMatchObject({ name: 'gemini-2.5-flash', model: { provider: 'google' } });
  expect(made.get('gemini-2.5-pro').model).toBe(flash.model);
  expect(made.get('offline')).toMatchObject({ name: 'rules-1', model: { provider: 'offline' } });
});

test('an unknown name is refused', () => {
  expect(() => models().get('gpt/5')).toThrow('Unknown model "gpt/5".');
});

test('the offline model needs no key, google says exactly what is missing', () => {
  expect(models().get('offline').model.missing()).toBeNull();
  const missing = models().get('gemini-2.5-pro').model.missing()?.message;
  expect(missing).toContain('google has no API key');
  expect(missing).toContain(`GEMINI_API_KEY=… in ${join(workspaceRoot, '.env')}`);
  expect(missing).toContain(join(workspaceRoot, '.config', 'batch-manager', 'credentials.json'));
});

test("a call takes the key from the workspace's .env, at the moment of the call, and the address from the environment", async () => {
  const keys: (string | null)[] = [];
  const server = await startGeminiServer((request) => {
    keys.push(request.key);
    return 'ok';
  });
  try {
    const made = models({ GOOGLE_GEMINI_BASE_URL: server.url });
    await expect(ask(made, 'gemini-2.5-pro')).rejects.toMatchObject({ errorClass: 'auth' });
    await writeFile(join(workspaceRoot, '.env'), 'GEMINI_API_KEY=written-later\n');
    expect(await ask(made, 'gemini-2.5-pro')).toMatchObject({ text: 'ok' });
    expect(keys).toEqual(['written-later']);
  } finally {
    await server.close();
  }
});

test('a base URL of the settings comes before that of the environment', async () => {
  const server = await startGeminiServer(() => 'from the settings');
  try {
    const made = models({ GEMINI_API_KEY: 'k', GOOGLE_GEMINI_BASE_URL: 'http://127.0.0.1:1' }, server.url);
    expect(await ask(made, 'gemini-2.5-flash')).toMatchObject({ text: 'from the settings' });
  } finally {
    await server.close();
  }
});

test('a credentials file that others can read is reported as missing, and the call fails as auth', async () => {
  const folder = join(workspaceRoot, 'batch-manager');
  const made = models({ XDG_CONFIG_HOME: workspaceRoot });
  await mkdir(folder);
  await writeFile(join(folder, 'credentials.json'), '{"google":{"apiKey":"open"}}', { mode: 0o644 });
  expect(made.get('gemini-2.5-pro').model.missing()?.message).toContain('chmod 600');
  await expect(ask(made, 'gemini-2.5-pro')).rejects.toMatchObject({ errorClass: 'auth' });
});
