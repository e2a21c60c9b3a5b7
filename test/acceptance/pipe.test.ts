import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { MAIN } from '../helpers/cli.ts';
import { manifestText, tempWorkspace } from '../helpers/curriculum.ts';
import { tempFolder } from '../helpers/temp.ts';

test('a reader that has seen enough is no error', () => {
  const slugs = Array.from({ length: 3000 }, (_, index) => `${index}-a-module-with-a-long-name`);
  const root = tempWorkspace({ 'curriculum.yaml': manifestText('b1', slugs) });
  const env = { ...process.env, XDG_STATE_HOME: tempFolder() };
  const line = `"${process.execPath}" "${MAIN}" fix-review b1 1 3000 --dry-run --model offline | head -1`;
  const { stdout, stderr } = spawnSync('sh', ['-c', line], { cwd: root, env, encoding: 'utf8' });
  expect(stdout).toMatch(/^# +MODULE/);
  expect(stderr).not.toContain('EPIPE');
});
