import { expect, test } from 'vitest';
import { readSettingsFile } from '../../src/config/settings-file.ts';
import { taskSettings } from '../../src/config/task-settings.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';

const originOf = (result: ReturnType<typeof taskSettings>, name: string) =>
  result.origins.find((setting) => setting.name === name);

test('a flag wins over the environment, that over the file, and that over the default', () => {
  const file = { concurrency: 3, 'max-rounds': 5, 'pass-score': 8 };
  const env = { BATCH_MANAGER_CONCURRENCY: '4', BATCH_MANAGER_MAX_ROUNDS: '6' };
  const result = taskSettings({ concurrency: '5' }, env, file);
  expect(result.settings).toMatchObject({ concurrency: 5, maxRounds: 6, passScore: 8, moduleTimeoutMs: 0 });
  expect(originOf(result, 'concurrency')).toEqual({ name: 'concurrency', value: 5, origin: 'flag' });
  expect(originOf(result, 'max-rounds')?.origin).toBe('environment');
  expect(originOf(result, 'pass-score')?.origin).toBe('file');
  expect(originOf(result, 'module-timeout')?.origin).toBe('default');
});

test('reviews are by the model of the fixes where no other is named', () => {
  expect(taskSettings({ model: 'offline' }, {}, {}).settings).toMatchObject({
    model: 'offline/rules-1',
    reviewModel: 'offline/rules-1',
  });
});

test.each([
  [{ concurrency: '0' }, '--concurrency must be a whole number from 1 to 64, but got "0"'],
  [{ concurrency: 'many' }, 'but got "many"'],
  [{ passScore: '11' }, '--pass-score must be a score from 0 to 10, but got "11"'],
  [{ maxRounds: ' ' }, '--max-rounds must be a whole number from 0 to 20, but got " "'],
  [{ moduleTimeout: '5' }, '--module-timeout needs a unit, such as 5s or 5m, but got "5"'],
])('the flags %j are refused with the value that was got', (flags, message) => {
  expect(() => taskSettings(flags, {}, {})).toThrow(message);
});

test('a duration without a unit is refused wherever it can be set', () => {
  const read = (text: string) => readSettingsFile(workspaceAt(tempWorkspace({ 'batch-manager.yaml': text })));
  for (const key of ['module-timeout', 'call-timeout', 'ask-deadline']) {
    expect(() => read(`${key}: 5\n`)).toThrow(new RegExp(`needs a unit, such as 5s or 5m[^]*${key}`));
    const variable = `BATCH_MANAGER_${key.toUpperCase().replace('-', '_')}`;
    expect(() => taskSettings({}, { [variable]: '5' }, {})).toThrow(`${variable} needs a unit`);
  }
  for (const key of ['audit', 'notify']) expect(() => read(`${key}:\n  timeout: 5\n`)).toThrow(`${key}.timeout`);
  expect(read('module-timeout: 0\nnotify:\n  timeout: 10s\n')).toMatchObject({ 'module-timeout': 0 });
});

test('a settings file with an unknown key or a wrong value is refused with its name', () => {
  const read = (text: string) => readSettingsFile(workspaceAt(tempWorkspace({ 'batch-manager.yaml': text })));
  expect(read('')).toEqual({});
  expect(read('model: offline\n')).toEqual({ model: 'offline' });
  expect(() => read('modle: offline\n')).toThrow('modle');
  expect(() => read('concurrency: many\n')).toThrow('concurrency');
  expect(() => read('model: [\n')).toThrow(/does not parse: .* line 2/);
});

test('what concerns git and edits comes from the environment or the file', () => {
  const file = { git: { dirty: 'skip', commit: 'module' }, 'edit-restarts': 0 } as const;
  expect(taskSettings({}, {}, file).settings).toMatchObject({ gitDirty: 'skip', gitCommit: 'module', editRestarts: 0 });
  const result = taskSettings({}, { BATCH_MANAGER_GIT_COMMIT: 'task' }, file);
  expect(originOf(result, 'git.commit')).toEqual({ name: 'git.commit', value: 'task', origin: 'environment' });
  expect(() => taskSettings({}, { BATCH_MANAGER_GIT_DIRTY: 'maybe' }, {})).toThrow(
    'BATCH_MANAGER_GIT_DIRTY must be one of warn, skip, allow, but got "maybe"',
  );
  expect(taskSettings({}, {}, {}).settings).toMatchObject({ gitDirty: 'warn', gitCommit: 'off', editRestarts: 5 });
});
