// npm run demo: fix-review over a copy of the sample curriculum, on the embedded engine and the offline model.
// Exits 0 when it ran as meant, whatever the modules' outcomes: some are meant to fail.
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { prepare } from './prepare.mjs';

prepare();
const state = process.env.XDG_STATE_HOME ?? join(homedir(), '.local/state');
const folder = join(state, 'batch-manager/demo');
const fresh = process.argv.includes('--fresh') || !existsSync(folder);
if (fresh) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync('examples/curriculum', folder, { recursive: true });
}
console.error(`\nThe demo works on a copy of the sample curriculum: ${folder}`);
if (!fresh)
  console.error(
    'It was run before, so modules that passed are passed over; start afresh with: npm run demo -- --fresh',
  );
console.error('$ batch-manager fix-review a1 1 10\n');

const main = resolve('dist/src/main.js');
const { status } = spawnSync(process.execPath, [main, 'fix-review', 'a1', '1', '10'], {
  cwd: folder,
  stdio: 'inherit',
});
console.error(`
Look around, in that folder:
  cd ${folder}
  node ${main} list
  node ${main} show latest
  node ${main} diff latest
End the engine: node ${main} down`);
// 0: all passed; 1: the batch ended and some modules did not pass, as the sample means it.
process.exit(status === 0 || status === 1 ? 0 : (status ?? 1));
