// Builds dist/: the compiled sources, the prompts beside them, and the workflow bundle, named by the SDK's version.
// Built beside and swapped in at the end: a running worker or test never finds half of it.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const NEW = `dist.new-${process.pid}`;
const OLD = `dist.old-${process.pid}`;
const require = createRequire(import.meta.url);

try {
  const tsc = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json', '--outDir', NEW];
  execFileSync(process.execPath, tsc, { stdio: 'inherit' });
  mkdirSync(join(NEW, 'src/prompts'), { recursive: true });
  for (const name of readdirSync('src/prompts').filter((name) => name.endsWith('.md'))) {
    cpSync(join('src/prompts', name), join(NEW, 'src/prompts', name));
  }

  const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
  const { version } = require('@temporalio/worker/package.json');
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(process.cwd(), NEW, 'workflows/index.js'),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(join(NEW, `workflow-bundle-${version}.js`), code);

  if (existsSync('dist')) renameSync('dist', OLD);
  renameSync(NEW, 'dist');
} finally {
  for (const folder of [NEW, OLD]) rmSync(folder, { recursive: true, force: true });
}
