import { afterAll, expect, test } from 'vitest';
import { createHome } from '../helpers/cli.ts';
import { manifestText, tempWorkspace } from '../helpers/curriculum.ts';

const home = createHome();
afterAll(() => home.close());

const good = () => tempWorkspace({ 'curriculum.yaml': manifestText('b1', ['01-a', '02-b', '03-c']) });

test.each([
  ['an unknown track', ['fix-review', 'b9', '1', '2'], 'There is no track "b9"'],
  ['a reversed range', ['fix-review', 'b1', '3', '1'], 'START 3 is after END 1. Write 1 3.'],
  [
    'a range beyond the track',
    ['fix-review', 'b1', '1', '20'],
    'Track b1 has 3 modules (1-3), but 4-20 were asked for.',
  ],
  ['no range', ['fix-review', 'b1'], 'Which modules? Track b1 has 3'],
  ['both range and list', ['fix-review', 'b1', '1', '2', '--modules', '3'], 'Give START END or --modules, not both.'],
  ['a list that is none', ['fix-review', 'b1', '--modules', '1,x'], 'got "x"'],
  ['a wrong flag value', ['fix-review', 'b1', '1', '2', '--concurrency', '0'], 'but got "0"'],
  ['an unknown flag', ['fix-review', 'b1', '1', '2', '--concurency', '3'], 'Did you mean --concurrency?'],
  ['an unknown command', ['fix-revew', 'b1'], 'Did you mean fix-review?'],
  ['an old model', ['fix-review', 'b1', '1', '2', '--model', 'gemini-1.5-pro'], 'gemini-2.5-pro'],
])('%s is wrong usage: one clear message, exit code 2', async (_, args, message) => {
  const { code, stdout, stderr } = await home.run(good(), args);
  expect(stderr).toContain(message);
  expect(stderr).not.toMatch(/^\s+at .*\d+:\d+/m);
  expect(stdout).toBe('');
  expect(code).toBe(2);
});

test('no manifest, and no such task, are exit code 5', async () => {
  const empty = tempWorkspace();
  expect(await home.run(empty, ['fix-review', 'b1', '1', '2'])).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('No curriculum.yaml'),
  });
  expect(await home.run(empty, ['show', 'nothing'])).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('batch-manager list'),
  });
});

test('a manifest that does not parse is named with its line', async () => {
  const root = tempWorkspace({ 'curriculum.yaml': 'levels: [\n' });
  expect(await home.run(root, ['fix-review', 'b1', '1', '2'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('line 2'),
  });
});

test('no Temporal to be had names all ways to have one, exit code 4', async () => {
  const env = { BATCH_MANAGER_TEMPORAL: '/nowhere/temporal' };
  const { code, stderr } = await home.run(good(), ['fix-review', 'b1', '1', '2', '--model', 'offline'], env);
  expect(code).toBe(4);
  expect(stderr).toContain('/nowhere/temporal');
  expect(stderr).toContain('batch-manager doctor');
});

test('an address where nobody answers is exit code 4, and no engine is started', async () => {
  const env = { TEMPORAL_ADDRESS: '127.0.0.1:1' };
  const { code, stderr } = await home.run(good(), ['fix-review', 'b1', '1', '2', '--model', 'offline'], env);
  expect(code).toBe(4);
  expect(stderr).toContain('No Temporal server answers at 127.0.0.1:1');
});

test('a dry run starts nothing and says what would be done', async () => {
  const { code, stdout, stderr } = await home.run(good(), ['fix-review', 'b1', '1', '2', '--dry-run']);
  expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing was started.') });
  expect(stdout).toContain('missing: no lesson file');
});
