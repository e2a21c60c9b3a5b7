// Installs the git hooks after `npm install`, where there is a git checkout and the development packages are present.
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';

if (existsSync('.git') && existsSync('node_modules/lefthook') && process.env.CI === undefined) {
  spawnSync('npx', ['lefthook', 'install'], { stdio: 'ignore' });
}
