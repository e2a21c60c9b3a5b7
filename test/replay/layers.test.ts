import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PACKAGE_ROOT } from '../../src/version.ts';
import { writeTree } from '../helpers/curriculum.ts';
import { tempFolder } from '../helpers/temp.ts';

/** Lints one planted file under the project's own rules. */
function lint(path: string, text: string): { failed: boolean; output: string } {
  const root = tempFolder();
  writeTree(root, {
    [path]: text,
    'src/domain/module.ts': '',
    'src/store/files.ts': '',
    'src/main.ts': '',
    'workflows/batch.ts': '',
  });
  // Beside the files: the rules' paths are relative to their own file.
  copyFileSync(join(PACKAGE_ROOT, '.oxlintrc.json'), join(root, '.oxlintrc.json'));
  const { status, stdout } = spawnSync(join(PACKAGE_ROOT, 'node_modules/.bin/oxlint'), ['.'], {
    cwd: root,
    encoding: 'utf8',
  });
  return { failed: status !== 0 && stdout.includes('no-restricted-imports'), output: stdout };
}

test.each([
  ['workflows/x.ts', 'node:fs'],
  ['workflows/x.ts', 'zod'],
  ['workflows/x.ts', '@temporalio/client'],
  ['workflows/x.ts', '../src/store/files.ts'],
  ['src/domain/x.ts', 'node:path'],
  ['src/domain/x.ts', 'zod'],
  ['src/domain/x.ts', '../store/files.ts'],
  ['activities/x.ts', '../workflows/batch.ts'],
  ['activities/x.ts', '../src/commands/x.ts'],
  ['src/commands/x.ts', '../main.ts'],
  ['src/commands/x.ts', './show.ts'],
])('a file in %s that imports %s is a lint error', (path, name) => {
  const { failed, output } = lint(path, `import { x } from '${name}';\nexport const y = x;\n`);
  expect({ failed, output }).toMatchObject({ failed: true });
});

test.each([
  ['workflows/x.ts', '@temporalio/workflow'],
  ['workflows/x.ts', '../src/domain/module.ts'],
  ['src/domain/x.ts', './module.ts'],
  ['activities/x.ts', '../workflows/contract.ts'],
  ['src/commands/x.ts', './command.ts'],
])('a file in %s may import %s', (path, name) => {
  expect(lint(path, `import { x } from '${name}';\nexport const y = x;\n`)).toMatchObject({ failed: false });
});

test('a workflow that imports a Node module does not bundle', async () => {
  const root = tempFolder();
  writeTree(root, {
    'workflows.js':
      "import { readFileSync } from 'node:fs';\nexport async function x() { return readFileSync('/x'); }\n",
  });
  const logger = new DefaultLogger('ERROR', () => undefined);
  await expect(bundleWorkflowCode({ workflowsPath: join(root, 'workflows.js'), logger })).rejects.toThrow(
    /node:fs|webpack|disallowed/i,
  );
});
