// npm test: installs and builds what is missing, checks format, lint, types and unused code, then runs all tests.
// With arguments, which go to vitest, the checks are left out: `npm test test/domain`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare } from './prepare.mjs';

/**
 * Copies the server that skips time from Maven's repository, where both are on this machine. Without it one test is skipped:
 * nothing is loaded for it.
 */
function copySkippingServer() {
  if (existsSync('tools/test-server/target/dependency')) return;
  const args = ['--offline', '--quiet', '-f', 'tools/test-server/pom.xml', 'dependency:copy-dependencies'];
  spawnSync('mvn', args, { stdio: 'ignore' });
}

/** Ends the run at the first check that fails: its own output says why. */
function check() {
  for (const script of ['format:check', 'lint', 'types', 'unused']) {
    console.error(`Checking: npm run ${script} …`);
    const { status } = spawnSync('npm', ['run', '--silent', script], { stdio: 'inherit' });
    if (status !== 0) {
      console.error(`npm run ${script} failed; no test was run.`);
      process.exit(status ?? 1);
    }
  }
}

prepare();
if (process.argv.length === 2) check();
copySkippingServer();
const { locateServer } = await import('../dist/src/engine/locate.js');
await locateServer({ onProgress: (message) => console.error(message) });
const folder = mkdtempSync(join(tmpdir(), 'batch-manager-results-'));
const results = join(folder, 'results.json');
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
const args = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
if (existsSync(results)) {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(results, 'utf8'));
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
}
rmSync(folder, { recursive: true, force: true });
process.exit(status ?? 1);
