// npm run test:chaos -- --seed N --minutes M --runs R --modules K
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const number = { type: 'string' };
const { values } = parseArgs({ options: { seed: number, minutes: number, runs: number, modules: number } });
const given = Object.entries(values).map(([name, value]) => {
  if (Number.isFinite(Number(value)) && Number(value) >= 0) return [`CHAOS_${name.toUpperCase()}`, value];
  console.error(`--${name} must be a number, but got "${value}".`);
  process.exit(2);
});
const env = { ...process.env, ...Object.fromEntries(given) };
const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/chaos/vitest.config.ts'];
process.exit(spawnSync(process.execPath, args, { stdio: 'inherit', env }).status ?? 1);
