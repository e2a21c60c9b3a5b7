/** The recipes of docs/agent-clis.md are settings that are accepted, and commands that can be named. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { settingsFileSchema } from '../../src/config/schema.ts';
import { cliNames } from '../../src/model/cli/templates.ts';
import { parseModelName } from '../../src/model/names.ts';
import { splitWords } from '../../src/process/split-words.ts';
import { PACKAGE_ROOT } from '../../src/version.ts';

const RECIPES = [
  ...readFileSync(join(PACKAGE_ROOT, 'docs/agent-clis.md'), 'utf8').matchAll(/```yaml\n([^]*?)```/g),
].map(([, yaml = '']) => yaml);

test.each(RECIPES)('%s', (yaml) => {
  const { clis = {} } = settingsFileSchema.parse(parse(yaml));
  expect(cliNames(clis).length).toBeGreaterThan(1);
  for (const [name, { command = '', files = {} }] of Object.entries(clis)) {
    expect(parseModelName(`cli/${name}`, { clis }).model).toBe(name);
    expect(splitWords(command, name).length).toBeGreaterThan(0);
    for (const [file, text] of Object.entries(files)) if (file.endsWith('.json')) JSON.parse(text);
  }
});

test('there is one for each command that the text names', () => {
  const names = RECIPES.flatMap((yaml) => Object.keys(settingsFileSchema.parse(parse(yaml)).clis ?? {}));
  expect(names).toEqual(['claude', 'codex', 'opencode', 'llm', 'aichat', 'mine']);
});

test.each([
  ['{ x: { comand: y } }', 'comand'],
  ['{ X: { command: y } }', 'small letters'],
  ['{ x: { command: y, model: --model } }', 'it has no {model}'],
  ['{ x: { command: y, files: { ../z: a } } }', 'a path below the scratch folder'],
  ['{ x: { command: y, env: [A=b] } }', 'the name of an environment variable'],
  ['{ x: { command: y, failures: [{ class: rate }] } }', 'exit-code or text is needed'],
  ['{ x: { command: y, failures: [{ class: rate, text: "(" }] } }', 'not a regular expression'],
  ['{ x: { command: y, failures: [{ class: bug, text: a }] } }', 'rate'],
])('the setting %s is refused', (yaml, said) => {
  const result = settingsFileSchema.safeParse({ clis: parse(yaml) as unknown });
  expect(JSON.stringify(result.error?.issues)).toContain(said);
});
