import { expect, test } from 'vitest';
import { createCheckModels } from '../../activities/plan.ts';
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
  return createCheckModels({ model: (name) => models.get(name) });
}

test('a command that is not there is no matter of keys', async () => {
  await expect(check('no-such-agent')({ models: ['cli/test'] })).rejects.toMatchObject({
    type: 'NotCallable',
    retryable: false,
    message: expect.stringContaining("cannot run 'no-such-agent': not found in PATH") as unknown,
  });
});

test('a key that is not there is a failed login, of the first model that lacks one', async () => {
  await expect(check('cat')({ models: ['cli/test', 'google/gemini-2.5-flash'] })).rejects.toMatchObject({
    type: 'AuthFailed',
    message: expect.stringContaining('google has no API key') as unknown,
  });
  await expect(check('cat')({ models: ['cli/test', 'offline/rules-1'] })).resolves.toBeUndefined();
});
