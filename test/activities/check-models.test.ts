import { expect, test } from 'vitest';
import { createCheckModels } from '../../activities/plan.ts';
import { createPrices } from '../../src/model/prices.ts';
import { createModels } from '../../src/model/registry.ts';
import { tempFolder } from '../helpers/temp.ts';

/** The check of a workspace whose one agent CLI has this command. */
function check(command: string, env: Record<string, string> = {}) {
  const root = tempFolder();
  const models = createModels({
    workspaceRoot: root,
    env: { PATH: process.env.PATH, HOME: root, ...env },
    clis: { test: { command } },
  });
  return createCheckModels({ model: (name) => models.get(name), priceOf: createPrices() });
}

test('a command that is not there is no matter of keys', async () => {
  await expect(check('no-such-agent')({ models: ['cli/test'], priced: [] })).rejects.toMatchObject({
    type: 'NotCallable',
    retryable: false,
    message: expect.stringContaining("cannot run 'no-such-agent': not found in PATH") as unknown,
  });
});

test('a key that is not there is a failed login, of the first model that lacks one', async () => {
  await expect(check('cat')({ models: ['cli/test', 'google/gemini-2.5-flash'], priced: [] })).rejects.toMatchObject({
    type: 'AuthFailed',
    message: expect.stringContaining('google has no API key') as unknown,
  });
  await expect(check('cat')({ models: ['cli/test', 'offline/rules-1'], priced: [] })).resolves.toBeUndefined();
});

test('a model whose price must be known and is not is a bad request, with the line to add', async () => {
  const priced = ['google/gemini-2.5-flash', 'offline/rules-1', 'cli/test', 'ollama/qwen3:8b'];
  await expect(check('cat')({ models: [], priced })).rejects.toMatchObject({
    type: 'BadRequest',
    message: expect.stringContaining(
      'prices:\n  cli/test: { input: USD, output: USD }\n  ollama/qwen3:8b: { input: USD, output: USD }\n',
    ) as unknown,
  });
});
