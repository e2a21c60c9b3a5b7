// Makes a fresh clone ready: packages where they are missing or older than the lock file, then the build.
import { existsSync, readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';

const run = (command, args) => execFileSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Node ${process.version} is too old: 20.19 or newer is needed. See https://nodejs.org.`);
  process.exit(1);
}

/** Whether node_modules holds what the lock file names: npm keeps a copy of the lock inside. */
function installed() {
  const inside = 'node_modules/.package-lock.json';
  if (!existsSync(inside)) return false;
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const there = JSON.parse(readFileSync(inside, 'utf8')).packages;
  return Object.entries(packages).every(
    ([path, { version, optional }]) => path === '' || optional === true || there[path]?.version === version,
  );
}

export function prepare() {
  if (!installed()) {
    console.error('Installing packages (a minute the first time) …');
    run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  console.error('Building …');
  run(process.execPath, ['tools/build.mjs']);
}
