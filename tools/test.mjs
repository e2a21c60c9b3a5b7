// npm test: installs and builds what is missing, then runs all tests. Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { prepare } from './prepare.mjs';

prepare();
const { locateServer } = await import('../dist/src/engine/locate.js');
await locateServer({ onProgress: (message) => console.error(message) });
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
