/** The settings file while a worker lives: what is valid counts at once, what is not changes nothing. */
import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLiveSettings } from '../../src/config/live-settings.ts';
import { workspaceAt } from '../../src/store/workspace.ts';
import { tempWorkspace } from '../helpers/curriculum.ts';

function live(text: string) {
  const folder = tempWorkspace({ 'batch-manager.yaml': text, '.batch-manager/keep': '' });
  const file = join(folder, 'batch-manager.yaml');
  return { file, workspace: workspaceAt(folder), look: createLiveSettings(workspaceAt(folder)) };
}

test('a change counts at the next look, also one of the same size and time, and a file that goes', () => {
  const { file, look } = live('max-rounds: 1\n');
  expect(look().settings).toEqual({ 'max-rounds': 1 });
  expect(look()).toBe(look());
  writeFileSync(file, 'max-rounds: 2\n');
  utimesSync(file, 1, 1);
  expect(look().settings).toEqual({ 'max-rounds': 2 });
  writeFileSync(file, 'max-rounds: 3\n');
  utimesSync(file, 1, 1);
  expect(look().settings).toEqual({ 'max-rounds': 3 });
  rmSync(file);
  expect(look().settings).toEqual({});
});

test.each([
  ['YAML', 'model: [\n', 'does not parse'],
  ['a key', 'modle: offline\n', 'modle'],
  ['a gate', 'audit: { gates: { nonsense: off } }\n', 'nonsense'],
  ['a duration', 'audit: { command: "true", timeout: soon }\n', 'audit.timeout'],
])(
  '%s that is not valid leaves the last valid settings in force, also for a worker that starts then',
  (_, text, says) => {
    const { file, workspace, look } = live('max-rounds: 1\n');
    look();
    writeFileSync(file, text);
    for (const reader of [look, createLiveSettings(workspace)]) {
      expect(reader().settings).toEqual({ 'max-rounds': 1 });
      expect(reader().problem).toContain(says);
    }
    writeFileSync(file, 'max-rounds: 2\n');
    expect(look()).toMatchObject({ settings: { 'max-rounds': 2 }, problem: null });
  },
);

test('a worker that never saw valid settings says what is wrong', () => {
  expect(() => live('model: [\n').look()).toThrow('does not parse');
});
