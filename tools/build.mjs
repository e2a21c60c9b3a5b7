// Builds dist/: the compiled sources, the prompts beside them, and the workflow bundle, named by the SDK's version.
import { cpSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
mkdirSync('dist/src/prompts', { recursive: true });
for (const name of readdirSync('src/prompts').filter((name) => name.endsWith('.md'))) {
  cpSync(join('src/prompts', name), join('dist/src/prompts', name));
}

const { bundleWorkflowCode, DefaultLogger } = await import('@temporalio/worker');
const { version } = require('@temporalio/worker/package.json');
const { code } = await bundleWorkflowCode({
  workflowsPath: join(process.cwd(), 'dist/workflows/index.js'),
  logger: new DefaultLogger('WARN'),
});
writeFileSync(`dist/workflow-bundle-${version}.js`, code);
